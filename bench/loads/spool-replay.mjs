// How fast events that a dead process left on the disk come back: they are written, and read as a new owner reads them.
//   task: { bytes, events, directory }
import { currentOwner } from '../../packages/publisher/dist/spool/owner-lock.js';
import { replay } from '../../packages/publisher/dist/spool/replay.js';
import { openSpool } from '../../packages/publisher/dist/spool/spool.js';
import { report } from './endpoint-link.mjs';
import { lineWriter, text } from './lines.mjs';
import { startMeter } from './meter.mjs';

const { bytes, events, directory } = JSON.parse(process.argv[2]);
// No process has this id, so that its events are taken over at once.
const owner = { ...currentOwner(), pid: 2 ** 30, startTime: '1' };
const line = lineWriter(bytes);
const spool = openSpool({ directory, maxBytes: 2 * events * (bytes + 100), mode: 'always', owner });
const timestamp = Date.now();
const written = startMeter();
const writing = performance.now();
for (let number = 0; number < events; number++) {
  spool.append('bench', 'bench', timestamp, line(text(number), number), 0);
  if (number % 10_000 === 9999) await spool.flush();
}
await spool.flush();
const writeMs = performance.now() - writing;
const write = written();
globalThis.gc();

let received = 0;
const used = startMeter();
const started = performance.now();
const { total } = await replay(directory, async (batch) => {
  received += batch.length;
});
const ms = performance.now() - started;
const read = used();
if (total !== events || received !== events) throw new Error(`${received} of ${events} events came back`);
report({
  eventsPerSecond: (events / ms) * 1000,
  mbPerSecond: (events * bytes) / 1000 / ms,
  cpuUsPerEvent: (read.cpuMs * 1000) / events,
  writeMbPerSecond: (events * bytes) / 1000 / writeMs,
  writeCpuUsPerEvent: (write.cpuMs * 1000) / events,
});
