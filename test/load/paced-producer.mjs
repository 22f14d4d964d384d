// A process of its own that logs at a steady rate and times every call. Its first argument tells it what to do, as JSON:
//   { "logger": "pino" | "winston", "options": {...}, "rate": 5000, "warmUpMs": ..., "hangMs": ..., "recoveryMs": ... }
// It logs `number 0`, `number 1`, ... and says on the IPC channel, in this order: `warm`, with the memory in use, and
// waits for an answer; from then on a `sample` of counters and memory ten times a second; `hung` when `hangMs` are
// over; and, when it has logged for `recoveryMs` more and flushed, `end`.
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import pino from 'pino';
import { flushTransport, transportStats } from 'pino-cloudwatch-logs';
import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';

const { logger, options, rate, warmUpMs, hangMs, recoveryMs } = JSON.parse(process.argv[2]);
const SLICE_MS = 2;
const SAMPLE_MS = 100;
const FLUSH_MS = 60_000;
const AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36';

const told = { warnings: [], drops: 0 };
const { log, stats, flush, end } = logger === 'pino' ? withPino() : withWinston();
// Room for all of them beforehand: an array that grows would look like memory of the transport.
const callMs = new Float64Array((rate * (warmUpMs + hangMs + recoveryMs)) / 1000);
let logged = 0;

await logFor(warmUpMs);
await flush();
const warmUp = logged;
const mayGoOn = once(process, 'message');
process.send({ warm: { rss: process.memoryUsage.rss() } });
await mayGoOn;

const over = new AbortController();
const sampling = sampleUntil(over.signal);
await logFor(hangMs);
process.send({ hung: {} });
await logFor(recoveryMs);
const flushed = await flush();
over.abort();
await sampling;
const counters = await stats();
await end();
const calls = quantiles(callMs.slice(warmUp, logged));
process.send({ end: { logged, calls, flushed, stats: counters, ...told } }, () => process.disconnect());

/** Logs for so long, in each slice as many lines as have become due. */
async function logFor(ms) {
  const beganAt = performance.now();
  const first = logged;
  const total = (rate * ms) / 1000;
  while (logged < first + total) {
    await wait(SLICE_MS);
    const due = Math.min(total, Math.floor(((performance.now() - beganAt) * rate) / 1000));
    while (logged < first + due) logNext();
  }
}

function logNext() {
  const text = `number ${logged}`;
  const fields = { method: 'GET', path: `/orders/${logged}`, status: 200, tookMs: logged % 97, agent: AGENT };
  const before = performance.now();
  log(fields, text);
  callMs[logged] = performance.now() - before;
  logged++;
}

async function sampleUntil(signal) {
  while (!signal.aborted) {
    process.send({ sample: { stats: await stats(), rss: process.memoryUsage.rss() } });
    await wait(SAMPLE_MS);
  }
}

function quantiles(values) {
  values.sort();
  const below = (share) => values[Math.ceil(values.length * share) - 1];
  return { count: values.length, p50: below(0.5), p99: below(0.99), p999: below(0.999), max: below(1) };
}

function withPino() {
  const transport = pino.transport({ target: 'pino-cloudwatch-logs', options });
  transport.on('cloudwatch:warn', hearWarning);
  transport.on('cloudwatch:drop', hearDrop);
  const instance = pino(transport);
  return {
    log: (fields, text) => instance.info(fields, text),
    stats: () => transportStats(instance),
    flush: () => flushTransport(instance, { timeoutMs: FLUSH_MS }),
    end: () => transport.end(), // holds this thread until the worker is through
  };
}

function withWinston() {
  const transport = new CloudWatchTransport(options);
  transport.on('warn', hearWarning);
  transport.on('drop', hearDrop);
  const instance = winston.createLogger({ transports: [transport] });
  return {
    log: (fields, text) => instance.info(text, fields),
    stats: async () => transport.stats(),
    flush: () => transport.flush({ timeoutMs: FLUSH_MS }),
    async end() {
      const finished = once(instance, 'finish');
      instance.end();
      await finished;
    },
  };
}

function hearWarning({ code }) {
  if (!told.warnings.includes(code)) told.warnings.push(code);
}

function hearDrop({ reason, events }) {
  if (reason === 'overflow') told.drops += events;
}
