// Builds every package twice from the same sources: ES modules into dist/, CommonJS into dist/cjs/, each with
// its own declarations, so that TypeScript resolves the types that belong to the format that Node loads.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildExitThread } from './exit-thread.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const packages = ['publisher', 'local', 'pino', 'winston'].map((name) => path.join(root, 'packages', name));

/** Builds what is older than its sources. Exits the process with the compiler's messages when that fails. */
export async function build({ quiet = false } = {}) {
  // The CommonJS build is the last thing that is written, so it says how old the whole is.
  const stale = packages.filter(
    (folder) => newest(path.join(folder, 'src')) > newest(path.join(folder, 'dist', 'cjs')),
  );
  if (stale.length === 0) return;
  if (!quiet) console.log(`Building ${stale.map((folder) => path.basename(folder)).join(', ')} ...`);
  // From nothing, so that no file stays whose source is gone.
  for (const folder of stale) rmSync(path.join(folder, 'dist'), { recursive: true, force: true });
  await buildExitThread();
  tsc(['-b', 'tsconfig.json']);
  for (const folder of stale) buildCommonJs(folder);
}

function buildCommonJs(folder) {
  const work = path.join(root, '.build', 'cjs', path.basename(folder));
  const out = path.join(folder, 'dist', 'cjs');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  // The compiler takes the module format from the nearest package.json, so the sources are compiled from a copy
  // that is declared as CommonJS. Types were checked by the first pass.
  cpSync(path.join(folder, 'src'), path.join(work, 'src'), { recursive: true });
  writeFileSync(path.join(work, 'package.json'), '{ "type": "commonjs" }\n');
  writeFileSync(
    path.join(work, 'tsconfig.json'),
    JSON.stringify({
      extends: path.join(root, 'tsconfig.json'),
      compilerOptions: {
        composite: false,
        noCheck: true,
        verbatimModuleSyntax: false,
        rootDir: 'src',
        outDir: out,
      },
      include: ['src'],
    }),
  );
  tsc(['-p', work]);
  writeFileSync(path.join(out, 'package.json'), '{ "type": "commonjs" }\n');
  for (const file of files(out)) {
    if (!file.endsWith('.js')) continue;
    const code = readFileSync(file, 'utf8');
    if (!code.includes('import.meta.url')) continue;
    const url = "require('node:url').pathToFileURL(__filename).href";
    writeFileSync(file, code.replaceAll('import.meta.url', url));
  }
  // `require(name)` answers the default export itself when there is one, as pino's own ecosystem does.
  const index = path.join(out, 'index.js');
  if (readFileSync(index, 'utf8').includes('exports.default = ')) {
    writeFileSync(index, 'module.exports = Object.assign(exports.default, exports);\n', { flag: 'a' });
  }
}

function tsc(args) {
  const bin = path.join(
    path.dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin',
    'tsc',
  );
  const result = spawnSync(process.execPath, [bin, ...args], { cwd: root, stdio: 'inherit' });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

function newest(folder) {
  if (!existsSync(folder)) return 0;
  return Math.max(0, ...files(folder).map((file) => statSync(file).mtimeMs));
}

function files(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
