// Builds every package into few files: for each entry an ES module and a CommonJS one, each with its own declarations, so
// that TypeScript resolves the types that belong to the format that Node loads.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildConsole } from '../packages/local/console/build.mjs';
import { bundleCode, bundleTypes } from './bundle.mjs';
import { buildExitThread } from './exit-thread.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * In the order of their dependencies. `entries` are loaded by applications, `programs` are commands, which are ES modules only,
 * `threads` files for threads, which are CommonJS only: ES modules need a loader of their own in a thread under Plug'n'Play. `prepare` makes what the sources need, before they are compiled; what it is made of is in the
 * folders `sources` too.
 */
const PACKAGES = {
  publisher: {
    entries: {
      index: 'index.ts',
      worker: 'worker/index.ts',
      doctor: 'doctor/index.ts',
      opentelemetry: 'opentelemetry/index.ts',
    },
    programs: { spool: 'spool-command/cli.ts', cli: 'doctor/cli.ts' },
    prepare: buildExitThread,
  },
  local: {
    entries: {
      index: 'index.ts',
      'global-setup': 'test-runners/global-setup.ts',
      'each-file': 'test-runners/each-file.ts',
      test: 'test-runners/test.ts',
    },
    programs: { cli: 'cli.ts' },
    prepare: buildConsole,
    sources: ['src', 'console'],
  },
  // `require(name)` answers the default export itself, as pino's own ecosystem does.
  pino: {
    entries: { index: 'index.ts', opentelemetry: 'opentelemetry.ts' },
    programs: { cli: 'cli.ts' },
    isFunction: true,
  },
  winston: {
    entries: { index: 'index.ts', opentelemetry: 'opentelemetry.ts' },
    programs: { cli: 'cli.ts' },
    threads: { worker: 'worker/entry.ts' },
  },
};

/** Builds what is older than its sources. Exits the process with the compiler's messages when that fails. */
export async function build({ quiet = false } = {}) {
  const scripts = Math.max(
    ...['build', 'bundle', 'exit-thread'].map((name) => modified(path.join(root, 'scripts', `${name}.mjs`))),
  );
  const stale = Object.keys(PACKAGES).filter((name) => {
    const folder = path.join(root, 'packages', name);
    // Written last, so it says how old the whole is.
    const built = modified(path.join(folder, 'dist', 'index.d.cts'));
    const { sources = ['src'] } = PACKAGES[name];
    return Math.max(...sources.map((source) => newest(path.join(folder, source))), scripts) > built;
  });
  if (stale.length === 0) return;
  if (!quiet) console.log(`Building ${stale.join(', ')} ...`);
  for (const name of stale) await buildPackage(name, PACKAGES[name]);
}

async function buildPackage(name, { entries, programs, threads, prepare, isFunction = false }) {
  const folder = path.join(root, 'packages', name);
  const dist = path.join(folder, 'dist');
  const declarations = path.join(root, '.build', 'types', name);
  // From nothing, so that no file stays whose source is gone.
  for (const old of [dist, declarations]) rmSync(old, { recursive: true, force: true });
  await prepare?.();
  tsc(['-p', folder, '--emitDeclarationOnly', '--outDir', declarations]);
  mkdirSync(dist, { recursive: true });
  const sources = path.join(folder, 'src');
  const files = [
    ...(await bundleCode(sources, { entries, programs, threads, isFunction })),
    ...(await bundleTypes(declarations, { entries, isFunction })),
  ];
  for (const { fileName, code } of files) writeFileSync(path.join(dist, fileName), code);
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
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  return Math.max(
    0,
    ...files.map((entry) => modified(path.join(entry.parentPath ?? entry.path, entry.name))),
  );
}

function modified(file) {
  return existsSync(file) ? statSync(file).mtimeMs : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
