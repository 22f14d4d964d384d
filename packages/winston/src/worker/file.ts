import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const PACKAGE = 'winston-cloudwatch-logs';
const FILE = 'worker/entry.js';

/**
 * The file that a worker thread loads, also when this code was bundled into another one.
 *
 * @throws Error when there is none
 */
export function findWorkerFile(): string {
  const working = pathToFileURL(path.join(process.cwd(), 'index.js')).href;
  // Bundlers that emit CommonJS leave import.meta.url empty.
  const here = (import.meta.url as string | undefined) ?? working;
  const beside = path.join(path.dirname(fileURLToPath(here)), '..', FILE);
  // In a bundle that could be any file of the application.
  if (here.endsWith('/worker/file.js') && existsSync(beside)) return beside;
  for (const from of [here, working]) {
    try {
      const file = path.join(path.dirname(createRequire(from).resolve(PACKAGE)), FILE);
      if (existsSync(file)) return file;
    } catch {
      // Not there: try the next place.
    }
  }
  throw new Error(
    `"${PACKAGE}" was bundled and no file of it was found for the worker thread. Keep it out of the bundle ` +
      '(external, serverExternalPackages), or leave "worker" out.',
  );
}
