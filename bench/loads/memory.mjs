// Logs at a steady rate for a long time and watches the memory of the process.
//   task: { logger, settings, bytes, rate, seconds, warmUpSeconds, outage }
// With `outage` the endpoint answers nothing after the warm-up. Without, this thread collects its garbage at intervals:
// what waits for a collection that comes once in minutes would look like growth, or hide it.
import { behave, report, reset } from './endpoint-link.mjs';
import { text, warmUpText } from './lines.mjs';
import { startMeter } from './meter.mjs';
import { startLogger } from './start-logger.mjs';

const TICK_MS = 10;
const COLLECT_EVERY_MS = 30_000;
const task = JSON.parse(process.argv[2]);
const { rate, seconds, warmUpSeconds, outage, bytes } = task;
const logger = await startLogger(task);

await reset({ skip: logger.shortens ? 0 : bytes });
const warm = await paced(warmUpSeconds, warmUpText);
const base = Math.max(...warm);
if (outage) await behave('hang');
else setInterval(() => globalThis.gc(), COLLECT_EVERY_MS).unref();
const used = startMeter();
const samples = await paced(seconds, text);
const { cpuMs } = used();
const most = Math.max(...samples);

report({
  rssBaseMb: base,
  rssMaxMb: most,
  rssOverBaseMb: most - base,
  // What it had after the first quarter and what it has in the last one.
  rssGrowthMb:
    middle(samples.slice(-samples.length / 4)) -
    middle(samples.slice(samples.length / 4, samples.length / 2)),
  cpuUsPerEvent: (cpuMs * 1000) / (rate * seconds),
});

/** Logs what is due every few milliseconds; returns the memory in use, in MB, ten times a second. */
function paced(forSeconds, makeText) {
  const started = performance.now();
  const total = rate * forSeconds;
  const samples = [];
  let number = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now();
      const due = Math.min(total, Math.floor(((now - started) / 1000) * rate));
      for (; number < due; number++) logger.log(number, makeText(number));
      if (samples.length < Math.floor((now - started) / 100)) samples.push(process.memoryUsage.rss() / 1e6);
      if (number < total) return;
      clearInterval(timer);
      resolve(samples);
    }, TICK_MS);
  });
}

function middle(numbers) {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
