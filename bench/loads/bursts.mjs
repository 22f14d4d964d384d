// Logs in bursts, with a turn of the event loop between them, and adds up what the log calls take: what is put off to later
// turns is not in it.
//   task: { logger, settings, bytes, bursts, together, warmUp }
import { setImmediate as turn } from 'node:timers/promises';
import { report, reset, stored } from './endpoint-link.mjs';
import { text, warmUpText } from './lines.mjs';
import { mainThreadCpuMs, startMeter } from './meter.mjs';
import { startLogger } from './start-logger.mjs';

const task = JSON.parse(process.argv[2]);
const { bursts, together, warmUp, bytes } = task;
const logger = await startLogger(task);
/** CPU time of this thread in the calls: of a machine that is busy it tells more than their time. */
let callCpuMs = 0;

await reset({ skip: bytes });
await log(warmUp, warmUpText);
await logger.deliver?.();
await arrived(warmUp * together);
await reset({ skip: bytes });

const used = startMeter();
callCpuMs = 0;
const perBurst = await log(bursts, text);
const callCpuUs = (callCpuMs * 1000) / (bursts * together);
await logger.deliver?.();
const events = bursts * together;
const missing = events - (await arrived(events));
const { cpuMs, activeMs } = used();

const sorted = perBurst.toSorted((a, b) => a - b);
const callMs = perBurst.reduce((sum, ms) => sum + ms, 0);
report({
  callUs: (callMs * 1000) / events,
  callCpuUs,
  callP99Us: (sorted[Math.floor(sorted.length * 0.99)] * 1000) / together,
  activeUsPerEvent: (activeMs * 1000) / events,
  cpuUsPerEvent: (cpuMs * 1000) / events,
  missing,
});

/** @returns what the calls of each burst took */
async function log(count, makeText) {
  const took = [];
  for (let burst = 0; burst < count; burst++) {
    const first = burst * together;
    const texts = Array.from({ length: together }, (_, index) => makeText(first + index));
    const cpuBefore = mainThreadCpuMs();
    const before = performance.now();
    for (let i = 0; i < together; i++) logger.log(first + i, texts[i]);
    took.push(performance.now() - before);
    callCpuMs += mainThreadCpuMs() - cpuBefore;
    await turn();
  }
  return took;
}

async function arrived(count) {
  if (!logger.stored) return (await stored(count, { stallMs: 4000, limitMs: 60_000 })).events;
  await logger.stored();
  return count;
}
