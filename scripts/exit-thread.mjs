// Makes one text of packages/publisher/src/exit-worker.ts and all that it imports, and writes it as a module of the
// publisher's sources. The thread that delivers at the end of the process starts from that text: a file would be left
// out of bundles, or copied there without what it imports.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const MOST_BYTES = 100_000;
const sources = fileURLToPath(new URL('../packages/publisher/src', import.meta.url));
const SILENT = 'silent';
/** The class whose methods do nothing, whatever they are called. */
const SILENT_CLASS =
  'export class Silent { constructor() { return new Proxy(this, { get: () => () => {} }); } }';
const silent = (name) => `export { Silent as ${name} } from '${SILENT}';`;
/**
 * The thread has no spool, no end of its own to watch over, and starts no thread; it is given its events as they were
 * named and cut, and takes no others, so that it needs no room for any; nobody hears its warnings; its options were checked, and have their defaults, where
 * they were given. In the place of a file stands the code here.
 */
const leftOut = new Map(
  Object.entries({
    'accounts/advice.ts':
      'const none = () => "";' +
      'export { none as quote, none as retentionWarning, none as settingRefusedWarning, none as wrongClockWarning };',
    'accounts/diagnostics.ts': `${silent('Diagnostics')} export function printLine() {}`,
    'accounts/memory-budget.ts': silent('MemoryBudget'),
    'batch/spare-memory.ts':
      'export const takeMemory = (bytes) => Buffer.allocUnsafeSlow(bytes); export function giveMemory() {}',
    'intake/intake.ts': silent('Intake'),
    'intake/room.ts': silent('Room'),
    'intake/stream-namer.ts': 'export const streamNamerFor = () => ({});',
    'cloudwatch/access.ts': 'export function sentTo() {} export function sentToFirst() {}',
    'cloudwatch/client-access.ts': 'export function accessOf() {}',
    'cloudwatch/client-route.ts': 'export function endpointOf() {}',
    'cloudwatch/put-route.ts': 'export class PutRoute { static learn() {} } export const ROUTE_LASTS_MS = 0;',
    'stream/queue/loss-marker.ts': 'export class LossMarker {}',
    'stream/queue/drop-lowest.ts': 'export {};',
    'stream/queue/replay-lane.ts': 'export class ReplayLane {}',
    'stream/outages.ts': silent('Outages'),
    'stream/overdue.ts': silent('Overdue'),
    'stream/queue/fullest.ts': silent('Fullest'),
    'stream/queue/open-batches.ts':
      'export class OpenBatches { length = 0; *[Symbol.iterator]() {} shift() {} clear() {} }',
    'stream/turns/pace.ts': silent('Pace'),
    'stream/stream-places.ts': silent('StreamPlaces'),
    'stream/answers/stream-warnings.ts': silent('StreamWarnings'),
    'spool/spool.ts': 'export {};',
    'disk/spooler.ts': 'export {};',
    'exit/exit-guard.ts': 'export {};',
    'time/announced-end.ts': silent('AnnouncedEnd'),
    'options/enabled.ts': 'export function disabledLine() {}',
    'options/option-checks.ts': 'export function checkFlushOptions() {}',
    'options/resolve-options.ts': 'export const resolveOptions = (options) => options;',
    'exit/exit-thread-code.ts': 'export {};',
  }).map(([file, code]) => [path.join(sources, file), code]),
);
/** What is imported of these files, and is never reached in the thread. */
const NEVER_REACHED = ['dropLowest', 'exitThreadCode', 'Spooler', 'openSpool', 'guardExit', 'published'];
const itself = path.join(sources, 'exit/exit-thread-code.ts');

export async function buildExitThread() {
  const bundle = await rolldown({
    input: path.join(sources, 'exit-worker.ts'),
    platform: 'node',
    external: [/^node:/, /^@aws-sdk\//],
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    treeshake: { moduleSideEffects: false },
    plugins: [
      {
        name: 'left-out',
        // The module that is made here is not there before the first time.
        resolveId: (source) => {
          if (source === SILENT) return source;
          return source.endsWith('/exit-thread-code.js') ? itself : undefined;
        },
        load: (id) => (id === SILENT ? SILENT_CLASS : leftOut.get(id)),
      },
    ],
    shimMissingExports: true,
    onLog: (level, log, handle) => {
      if (log.code !== 'SHIMMED_EXPORT') handle(level, log);
      else if (!NEVER_REACHED.some((name) => log.message.includes(`"${name}"`))) handle('error', log);
    },
  });
  const { output } = await bundle.generate({ format: 'cjs', minify: true, codeSplitting: false });
  const [{ code }] = output;
  await bundle.close();
  const bytes = Buffer.byteLength(code);
  if (bytes > MOST_BYTES) {
    throw new Error(
      `The code of the exit thread has ${bytes} bytes, and may have ${MOST_BYTES}: every application carries it. ` +
        'Does it import something that the thread has no use for?',
    );
  }
  writeFileSync(
    path.join(sources, 'exit/exit-thread-code.ts'),
    `/** Made by scripts/exit-thread.mjs from ../exit-worker.ts. */\nexport const exitThreadCode: string = ${JSON.stringify(code)};\n`,
  );
}
