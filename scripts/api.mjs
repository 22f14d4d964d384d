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

/** For the transports, which are released with it. */
const INNER = 'cloudwatch-logs-publisher/worker';

mkdirSync(folder, { recursive: true });
/** A file for every entry that applications import, with the name that they import it by: typedoc calls modules by it. */
const entries = readdirSync(path.join(root, 'packages')).flatMap((directory) => {
  const at = path.join(root, 'packages', directory);
  const { name, exports } = JSON.parse(readFileSync(path.join(at, 'package.json'), 'utf8'));
  return Object.entries(exports).flatMap(([subpath, entry]) => {
    const entryName = path.posix.join(name, subpath);
    const types = entry.import?.types;
    if (types === undefined || entryName === INNER) return [];
    const file = path.join(folder, 'entries', `${entryName}.ts`);
    const target = path.relative(path.dirname(file), path.join(at, types)).replaceAll('\\', '/');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `export * from '${target.replace(/\.d\.ts$/, '.js')}';\n`);
    return [file];
  });
});

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
  basePath: path.join(folder, 'entries'),
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
