import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The packages, by npm name, with their folders. */
const PACKAGES = {
  'cloudwatch-logs-local': 'local',
  'cloudwatch-logs-publisher': 'publisher',
  'pino-cloudwatch-logs': 'pino',
  'winston-cloudwatch-logs': 'winston',
};
const temporary: string[] = [];
process.on('exit', () => {
  for (const folder of temporary) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});
const root = fileURLToPath(new URL('../..', import.meta.url));

/** A folder outside of the repository, so that nothing of it can be imported by accident. Gone at exit. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'cloudwatch-logs-consumer-')));
  temporary.push(folder);
  return folder;
}

/** All packages as they are published: the path of each tarball by the name of its package. Packed once for each build. */
export function tarballs(): ReadonlyMap<string, string> {
  const packed = path.join(root, '.build/packed');
  const folder = path.join(packed, contentHash());
  if (!existsSync(folder)) {
    mkdirSync(packed, { recursive: true });
    const work = mkdtempSync(path.join(packed, 'work-'));
    const script = path.join(root, 'scripts/pack.mjs');
    execFileSync(process.execPath, [script, work], { stdio: ['ignore', 'ignore', 'inherit'] });
    try {
      renameSync(work, folder);
    } catch {
      rmSync(work, { recursive: true, force: true }); // another test file was faster
    }
  }
  const files = readdirSync(folder);
  return new Map(
    Object.keys(PACKAGES).map((name) => {
      const file = files.find((candidate) => candidate.startsWith(`${name}-`) && candidate.endsWith('.tgz'));
      if (file === undefined) throw new Error(`${name} was not packed; there is ${files.join(', ')}`);
      return [name, path.join(folder, file)];
    }),
  );
}

/** Of everything that may be in the tarballs. */
function contentHash(): string {
  const hash = createHash('sha256');
  for (const folder of Object.values(PACKAGES).map((name) => path.join(root, 'packages', name))) {
    const built = readdirSync(path.join(folder, 'dist')).map((name) => `dist/${name}`);
    const preset = readdirSync(folder).filter((name) => name === 'jest-preset.json');
    for (const file of ['package.json', 'README.md', 'LICENSE', ...preset, ...built.sort()]) {
      hash.update(`${file}\0`).update(readFileSync(path.join(folder, file)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
