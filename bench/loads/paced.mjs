// Logs at a steady rate and watches what that does to the thread that logs.
//   task: { logger, settings, bytes, rate, seconds, warmUpSeconds, watchDelay, watchGc, trustsFlush }
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { counted, report, reset, stored } from './endpoint-link.mjs';
import { watchGarbage } from './garbage.mjs';
import { text, warmUpText } from './lines.mjs';
import { startMeter } from './meter.mjs';
import { logAtPace } from './pace.mjs';
import { startLogger } from './start-logger.mjs';

const task = JSON.parse(process.argv[2]);
const logger = await startLogger(task);
const { rate, seconds, warmUpSeconds, watchDelay, watchGc, bytes } = task;
const skip = logger.shortens || task.trustsFlush ? 0 : bytes;
const log = (number, line) => logger.log(number, line);

await reset({ skip });
const warmUp = await logAtPace(log, { rate, seconds: warmUpSeconds, makeText: warmUpText });
await logger.deliver?.();
if (!logger.stored && !logger.end && !task.trustsFlush) {
  await stored(warmUp.calls, { stallMs: 3000, limitMs: 10_000 });
}
await reset({ skip, events: rate * seconds });

const delay = watchDelay ? monitorEventLoopDelay({ resolution: 1 }) : undefined;
const garbage = watchGc ? watchGarbage() : undefined;
const used = startMeter();
delay?.enable();
const { calls, callMs, perCall } = await logAtPace(log, { rate, seconds, makeText: text });
delay?.disable();
const collected = garbage?.(seconds);
// What waits at the end of the time is sent within the measure, too: else those who wait longer would look cheaper.
// Not so for those that end only, because that holds up their thread until they have.
const usedBeforeEnd = logger.end ? used() : undefined;
await (logger.end ?? logger.deliver)?.();
const outcome = logger.stored ? await logger.stored() : await arrived();
const { cpuMs, activeMs, mainCpuMs } = usedBeforeEnd ?? used();

const sorted = perCall.sort((a, b) => a - b);
report({
  callUs: (callMs * 1000) / calls,
  callP99Us: sorted[Math.floor(sorted.length * 0.99)] * 1000,
  activeUsPerEvent: (activeMs * 1000) / calls,
  mainCpuUsPerEvent: mainCpuMs === undefined ? undefined : (mainCpuMs * 1000) / calls,
  cpuUsPerEvent: (cpuMs * 1000) / calls,
  rssMb: process.memoryUsage.rss() / 1e6,
  calls,
  missing: outcome ? Math.max(0, calls - outcome.events) : 0,
  ...collected,
  ...(delay && {
    delayP50Ms: delay.percentile(50) / 1e6,
    delayP99Ms: delay.percentile(99) / 1e6,
    delayMaxMs: delay.max / 1e6,
  }),
  ...(outcome && {
    requestsPerMillion: (outcome.requests / calls) * 1e6,
    requestsPerSecond: outcome.requests / seconds,
    bodyBytesPerEvent: outcome.bodyBytes / calls,
  }),
});

async function arrived() {
  // What is compressed cannot be counted by the endpoint that only reads; whoever flushes says that it is stored.
  if (task.trustsFlush) return { ...(await counted()), events: calls };
  return stored(calls, { stallMs: 3000, limitMs: 20_000 });
}
