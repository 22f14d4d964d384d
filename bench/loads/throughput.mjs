// Logs as fast as the logger takes it, and waits until the endpoint has everything.
//   task: { logger, settings, bytes, events, warmUp, stallMs, limitMs, together, flushEvery, trustsFlush }
import { setImmediate as turn } from 'node:timers/promises';
import { counted, examined, now, report, reset, stored } from './endpoint-link.mjs';
import { text, warmUpText } from './lines.mjs';
import { startMeter } from './meter.mjs';
import { startLogger } from './start-logger.mjs';

const task = JSON.parse(process.argv[2]);
const { events, warmUp, bytes, stallMs = 4000, limitMs = 60_000, flushEvery = Infinity } = task;
const together = task.together ?? 100; // lines that are logged in one turn of the event loop
const logger = await startLogger(task);
const skip = logger.shortens || task.settings.gzip ? 0 : bytes;

await reset({ skip });
// Those that deliver only at their end cannot be warmed up.
if (warmUp > 0 && !logger.end) {
  await logAll(warmUp, warmUpText);
  await logger.deliver?.();
  await arrived(warmUp);
}
await reset({ skip, events });
const rssBefore = process.memoryUsage.rss();

const used = startMeter();
const started = now();
await logAll(events, text);
const logged = now();
await (logger.end ?? logger.deliver)?.();
const outcome = await arrived(events);
const { cpuMs, activeMs, mainCpuMs } = used();
const found = await examined();
const ms = (outcome.at || now()) - started;
const peakMb = process.resourceUsage().maxRSS / 1000;

report({
  eventsPerSecond: (outcome.events / ms) * 1000,
  cpuUsPerEvent: (cpuMs * 1000) / outcome.events,
  mainCpuUsPerEvent: mainCpuMs === undefined ? undefined : (mainCpuMs * 1000) / outcome.events,
  activeUsPerEvent: (activeMs * 1000) / outcome.events,
  ms,
  logMs: logged - started,
  rssMb: peakMb,
  rssGrowthMb: peakMb - rssBefore / 1e6,
  events: outcome.events,
  missing: Math.max(0, events - outcome.events),
  ...(outcome.requests > 0 && {
    requests: outcome.requests,
    requestsPerMillion: (outcome.requests / outcome.events) * 1e6,
    bodyBytesPerEvent: outcome.bodyBytes / outcome.events,
    endpointCpuUsPerEvent: outcome.endpointCpuUs / outcome.events,
    fillPercent: outcome.fillPercent,
  }),
  ...(found && {
    lost: found.lost,
    duplicated: found.duplicated,
    reordered: found.reordered,
    refused: Object.values(found.refused).reduce((sum, count) => sum + count, 0),
    refusals: Object.keys(found.refused),
  }),
});

async function logAll(count, makeText) {
  for (let number = 0; number < count; ) {
    const end = Math.min(count, number + together);
    for (; number < end; number++) logger.log(number, makeText(number));
    if (number % flushEvery < together) await logger.deliver?.();
    await turn();
  }
}

async function arrived(count) {
  if (logger.stored) {
    await logger.stored();
    return { events: count, at: now(), requests: 0 };
  }
  // What is compressed cannot be counted by the endpoint that only reads; whoever flushes says that it is stored.
  if (task.trustsFlush) {
    const counts = await counted();
    return { ...counts, events: count };
  }
  return stored(count, { stallMs, limitMs });
}
