import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

/**
 * The spool as a module of its own, which the package does not have: made of its sources once for each test file, because
 * every process that compiles them by itself takes half a second longer to start.
 */
export const spoolModule = await bundleSpool();

async function bundleSpool(): Promise<string> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cloudwatch-logs-spool-module-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const bundle = await rolldown({
    input: fileURLToPath(new URL('../../packages/publisher/src/spool/spool.ts', import.meta.url)),
    platform: 'node',
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  });
  const file = path.join(folder, 'spool.mjs');
  await bundle.write({ file, format: 'esm', codeSplitting: false });
  await bundle.close();
  return pathToFileURL(file).href;
}
