// Holds the order of the folders, as part of `npm run check`: an import, types included, runs downwards only, files
// never import each other in a circle, and a package imports only those packages of this repository that it may.
//
//   node scripts/check-imports.mjs [FOLDER]     FOLDER holds the packages; packages/ of this repository by default
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(process.argv[2] ?? fileURLToPath(new URL('../packages', import.meta.url)));

/** Each package's folders and files from top to bottom; what stands on one line may not import each other. */
const FLOORS = {
  publisher: [
    'index exit-worker',
    'worker',
    'spool-command doctor opentelemetry',
    'publisher',
    'exit',
    'disk',
    'intake',
    'stream/stream-writers',
    'stream/stream-places',
    'stream/stream-writer',
    'stream/answers',
    'stream/queue',
    'stream/lanes stream/waits',
    'stream/publisher-parts stream/sequence-token',
    'stream/turns stream/outages stream/overdue',
    'accounts',
    'cloudwatch',
    'batch',
    'spool/spool',
    'spool/takeover spool/writing',
    'spool/spool-options',
    'spool/files',
    'spool/owners',
    'spool/format',
    'spool/system',
    'options',
    'text time structures modules',
  ],
  local: [
    'index cli',
    'test-runners',
    'command',
    'start',
    'console',
    'control',
    'endpoint',
    'service',
    'operations data',
    'live-tail insights metrics subscriptions',
    'faults',
    'store',
    'requests',
    'filter-pattern',
    'errors',
  ],
};

/** The packages of this repository that each may import. */
const MAY_IMPORT = {
  publisher: [],
  local: [],
  pino: ['cloudwatch-logs-publisher'],
  winston: ['cloudwatch-logs-publisher'],
};
const OURS = /^(?:cloudwatch-logs-(?:publisher|local)|(?:pino|winston)-cloudwatch-logs)(?=\/|$)/;

const problems = Object.keys(MAY_IMPORT).flatMap(checkPackage);
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error(
    `${problems.length} import(s) against the order of the folders; docs/architecture.md explains it.`,
  );
  process.exit(1);
}

function checkPackage(name) {
  const folder = path.join(root, name, 'src');
  if (!existsSync(folder)) return [];
  const files = new Map(sources(folder).map((file) => [nameOf(folder, file), importsOf(file)]));
  const graph = new Map(
    [...files].map(([from, specifiers]) => [
      from,
      specifiers
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => path.join(path.dirname(from), specifier).replace(/\.js$/, '')),
    ]),
  );
  const foreign = [...files].flatMap(([from, specifiers]) =>
    specifiers
      .map((specifier) => OURS.exec(specifier)?.[0])
      .filter((ours) => ours && !MAY_IMPORT[name].includes(ours))
      .map((ours) => `${name}: ${from} imports the package ${ours}`),
  );
  return [...foreign, ...upward(name, graph), ...circles(name, graph)];
}

function upward(name, graph) {
  const floors = FLOORS[name];
  if (!floors) return [];
  const found = [];
  for (const [from, imports] of graph) {
    for (const to of imports) {
      const [above, below] = [placeOf(floors, from), placeOf(floors, to)];
      if (!above || !below)
        found.push(`${name}: ${above ? to : from} is in no folder that has a place in the order`);
      else if (above.room !== below.room && below.floor <= above.floor) {
        found.push(`${name}: ${from} imports ${to}, but ${below.room} is not below ${above.room}`);
      }
    }
  }
  return found;
}

/** The most exact room that a file is in. */
function placeOf(floors, file) {
  const rooms = floors.flatMap((line, floor) => line.split(' ').map((room) => ({ room, floor })));
  return rooms
    .filter(({ room }) => file === room || file.startsWith(`${room}/`))
    .sort((a, b) => b.room.length - a.room.length)[0];
}

function circles(name, graph) {
  const found = [];
  const done = new Set();
  const visit = (file, trail) => {
    const at = trail.indexOf(file);
    if (at >= 0) found.push(`${name}: a circle of imports: ${[...trail.slice(at), file].join(' > ')}`);
    if (at >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

function importsOf(file) {
  return [...readFileSync(file, 'utf8').matchAll(/(?:from\s*|import\(\s*|import\s+)'([^']+)'/g)].map(
    (found) => found[1],
  );
}

function nameOf(folder, file) {
  return path.relative(folder, file).replaceAll(path.sep, '/').replace(/\.ts$/, '');
}

function sources(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}
