import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The packages, by npm name. */
export const PACKAGES = [
  'cloudwatch-logs-local',
  'cloudwatch-logs-publisher',
  'pino-cloudwatch-logs',
  'winston-cloudwatch-logs',
] as const;

/** A folder outside of the repository, so that nothing of it can be imported by accident. Gone at exit. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'cloudwatch-logs-pack-')));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** Packs all packages as they are published; answers the path of each tarball by the name of its package. */
export function packInto(folder: string): ReadonlyMap<string, string> {
  const script = fileURLToPath(new URL('../../scripts/pack.mjs', import.meta.url));
  execFileSync(process.execPath, [script, folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  const files = readdirSync(folder);
  return new Map(
    PACKAGES.map((name) => {
      const file = files.find((candidate) => candidate.startsWith(`${name}-`) && candidate.endsWith('.tgz'));
      if (file === undefined) throw new Error(`${name} was not packed; there is ${files.join(', ')}`);
      return [name, path.join(folder, file)];
    }),
  );
}
