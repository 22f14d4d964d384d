// Logs as fast as the logger takes it, and waits until the endpoint has everything.
//   task: { logger, settings, bytes, events, warmUp, stallMs, limitMs }
import { setImmediate as turn } from 'node:timers/promises';
import { now, report, reset, stored } from './endpoint-link.mjs';
import { text, warmUpText } from './lines.mjs';
import { startMeter } from './meter.mjs';

const TOGETHER = 100; // lines that are logged in one turn of the event loop, as one busy request would
const task = JSON.parse(process.argv[2]);
const { start } = await import(new URL(`../loggers/${task.logger}.mjs`, import.meta.url));
const logger = await start(task);
const { events, warmUp, bytes, stallMs, limitMs } = task;
const skip = logger.shortens ? 0 : bytes;
const isStored = (count) => (logger.stored ? logger.stored() : stored(count, { stallMs, limitMs }));

await reset({ skip });
await logAll(warmUp, warmUpText);
await logger.deliver?.();
await isStored(warmUp);
await reset({ skip, events });
const rssBefore = process.memoryUsage.rss();

const used = startMeter();
const started = now();
await logAll(events, text);
const logged = now();
await logger.deliver?.();
const outcome = await isStored(events);
const { cpuMs, activeMs, mainCpuMs } = used();
const ms = (outcome?.at || now()) - started;
const arrived = outcome?.events ?? events;

report({
  eventsPerSecond: (arrived / ms) * 1000,
  cpuUsPerEvent: (cpuMs * 1000) / arrived,
  mainCpuUsPerEvent: mainCpuMs === undefined ? undefined : (mainCpuMs * 1000) / arrived,
  activeUsPerEvent: (activeMs * 1000) / arrived,
  ms,
  logMs: logged - started,
  rssMb: process.resourceUsage().maxRSS / 1000,
  rssGrowthMb: process.resourceUsage().maxRSS / 1000 - rssBefore / 1e6,
  events: arrived,
  missing: events - arrived,
  ...(outcome && {
    requestsPerMillion: (outcome.requests / arrived) * 1e6,
    bodyBytesPerEvent: outcome.bodyBytes / arrived,
    endpointCpuUsPerEvent: outcome.endpointCpuUs / arrived,
  }),
});

async function logAll(count, makeText) {
  for (let number = 0; number < count; ) {
    const end = Math.min(count, number + TOGETHER);
    for (; number < end; number++) logger.log(number, makeText(number));
    await turn();
  }
}
