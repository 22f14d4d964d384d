// Logs at a steady rate and watches what that does to the thread that logs.
//   task: { logger, settings, bytes, rate, seconds, warmUpSeconds, watchDelay }
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { report, reset, stored } from './endpoint-link.mjs';
import { text, warmUpText } from './lines.mjs';
import { startMeter } from './meter.mjs';
import { startLogger } from './start-logger.mjs';

const TICK_MS = 2;
const task = JSON.parse(process.argv[2]);
const logger = await startLogger(task);
const { rate, seconds, warmUpSeconds, watchDelay, bytes } = task;
const skip = logger.shortens ? 0 : bytes;

await reset({ skip });
const warmUp = await paced(warmUpSeconds, warmUpText);
await logger.deliver?.();
if (!logger.stored && !logger.end) await stored(warmUp.calls, { stallMs: 3000, limitMs: 10_000 });
await reset({ skip, events: rate * seconds });

const delay = watchDelay ? monitorEventLoopDelay({ resolution: 1 }) : undefined;
const used = startMeter();
delay?.enable();
const { calls, callMs, slowest } = await paced(seconds, text);
delay?.disable();
const { cpuMs, activeMs, mainCpuMs } = used();
await (logger.end ?? logger.deliver)?.();
const outcome = logger.stored ? undefined : await stored(calls, { stallMs: 3000, limitMs: 20_000 });

const sorted = slowest.sort((a, b) => a - b);
report({
  callUs: (callMs * 1000) / calls,
  callP99Us: sorted[Math.floor(sorted.length * 0.99)] * 1000,
  activeUsPerEvent: (activeMs * 1000) / calls,
  mainCpuUsPerEvent: mainCpuMs === undefined ? undefined : (mainCpuMs * 1000) / calls,
  cpuUsPerEvent: (cpuMs * 1000) / calls,
  rssMb: process.memoryUsage.rss() / 1e6,
  calls,
  missing: outcome ? Math.max(0, calls - outcome.events) : 0,
  ...(delay && {
    delayP50Ms: delay.percentile(50) / 1e6,
    delayP99Ms: delay.percentile(99) / 1e6,
    delayMaxMs: delay.max / 1e6,
  }),
  ...(outcome && {
    requestsPerMillion: (outcome.requests / calls) * 1e6,
    bodyBytesPerEvent: outcome.bodyBytes / calls,
  }),
});

/** Logs what is due every few milliseconds. What a call takes is the time of such a group by its calls. */
function paced(forSeconds, makeText) {
  const started = performance.now();
  const total = rate * forSeconds;
  const slowest = [];
  let calls = 0;
  let callMs = 0;
  return new Promise((resolve) => {
    const tick = () => {
      const due = Math.min(total, Math.floor(((performance.now() - started) / 1000) * rate));
      if (due > calls) {
        const texts = [];
        for (let number = calls; number < due; number++) texts.push(makeText(number));
        const before = performance.now();
        for (let i = 0; i < texts.length; i++) logger.log(calls + i, texts[i]);
        const ms = performance.now() - before;
        slowest.push(ms / texts.length);
        callMs += ms;
        calls = due;
      }
      if (calls < total) return;
      clearInterval(timer);
      resolve({ calls, callMs, slowest });
    };
    const timer = setInterval(tick, TICK_MS);
  });
}
