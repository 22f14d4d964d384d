// Writes an API reference of the four packages into .build/api, from the types that they ship.
//
//   npm run docs:api
//
// typedoc and the version of TypeScript that it works with are no dependencies of this repository, whose own TypeScript is newer
// than what typedoc takes: npx has them ready.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const TOOLS = ['typedoc@0.28.20', 'typescript@6.0.3'];
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = path.join(root, '.build', 'api');

/** The types of every entry that applications import. */
const entries = readdirSync(path.join(root, 'packages')).flatMap((name) => {
  const { exports } = JSON.parse(readFileSync(path.join(root, 'packages', name, 'package.json'), 'utf8'));
  return Object.values(exports).flatMap((entry) => {
    const types = entry.import?.types;
    // For the transports, which are released with it.
    return types === undefined || types === './dist/worker.d.ts'
      ? []
      : [path.join(root, 'packages', name, types)];
  });
});

mkdirSync(folder, { recursive: true });
const tsconfig = path.join(folder, 'tsconfig.json');
const options = path.join(folder, 'typedoc.json');
write(tsconfig, {
  compilerOptions: {
    target: 'es2023',
    module: 'nodenext',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [path.join(root, 'node_modules/@types')],
  },
  files: entries,
});
write(options, {
  name: 'CloudWatch Logs for Node.js',
  entryPoints: entries,
  tsconfig,
  out: path.join(folder, 'html'),
  readme: 'none',
  disableSources: true,
  excludeExternals: true,
  excludePrivate: true,
  treatWarningsAsErrors: true,
});
const npx = [
  'npx',
  '--yes',
  ...TOOLS.map((tool) => `--package ${tool}`),
  'typedoc',
  '--options',
  `"${options}"`,
];
// One string and a shell, because npx is a .cmd file on Windows.
const { status } = spawnSync(npx.join(' '), { cwd: root, shell: true, stdio: 'inherit' });
process.exitCode = status ?? 1;

function write(file, value) {
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);
}
