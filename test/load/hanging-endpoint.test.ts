// timeout: 300 s
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { LocalCloudWatchLogs } from 'cloudwatch-logs-local';
import type { FlushResult, PublisherStats } from 'cloudwatch-logs-publisher';
import { atEnd } from '../fixtures/at-end.js';
import { logGroupName, optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { assertLaw, lostIn } from '../fixtures/law.js';
import { numbersIn } from '../fixtures/numbered.js';

// An endpoint that takes connections and answers nothing for 30 s, while an application logs 5,000 lines a second. The
// application is a process of its own (`paced-producer.mjs`), the endpoint is in this one.

const RATE = 5000;
const WARM_UP_MS = 10_000; // the heap of a thread grows by itself for some seconds
const HANG_MS = 30_000;
const RECOVERY_MS = 3000;
const MiB = 1024 * 1024;
const MAX_BUFFER_BYTES = 16 * MiB; // less than half of what is logged meanwhile
const MEMORY_BESIDES = 60_000_000;
// The default of 15 s would let one put or two run into the hang; with this there are some, and the first one that is
// answered comes sooner.
const REQUEST_TIMEOUT_MS = 5000;

interface Sample {
  readonly stats: PublisherStats;
  readonly rss: number;
}

interface End {
  readonly logged: number;
  /** Milliseconds of the log calls from the beginning of the hang to the end. */
  readonly calls: Readonly<Record<'count' | 'p50' | 'p99' | 'p999' | 'max', number>>;
  readonly flushed: FlushResult;
  readonly stats: PublisherStats;
  readonly warnings: readonly string[];
  readonly drops: number;
}

/** What a producer says. */
interface Said {
  readonly warm?: { readonly rss: number };
  readonly sample?: Sample;
  readonly hung?: object;
  readonly end?: End;
}

interface Run {
  readonly local: LocalCloudWatchLogs;
  readonly end: End;
  readonly samples: readonly Sample[];
  /** Bytes beyond those in use before the endpoint hung. */
  readonly memory: number;
}

// Both at once: each needs a fraction of a core.
describe('an endpoint that hangs for 30 s under 5,000 events a second', { concurrency: true }, () => {
  for (const logger of ['pino', 'winston'] as const) {
    test(`never holds up ${logger}, and what was not dropped is delivered afterwards`, async (t) => {
      const { local, end, samples, memory } = await hangUnder(t, logger);
      const { logged, calls, flushed, stats } = end;

      // Over 165,000 calls, the 1,650 slowest left out, the turns that a busy machine gives to others do not show.
      assert.ok(calls.p99 < 1, `the log call took ${calls.p99} ms at p99`);
      assert.ok(memory < MAX_BUFFER_BYTES + MEMORY_BESIDES, `${mb(memory)} more than before`);

      for (const sample of samples) assertLaw(sample.stats);
      assert.ok(samples.some((sample) => sample.stats.dropped.overflow > 0 && sample.stats.inFlight > 0));
      assert.ok(local.stats().faults['hang-before'] >= 3, 'the endpoint did not hang');

      assertLaw(stats);
      assert.equal(stats.received, logged);
      assert.equal(flushed.pending, 0);
      assert.equal(stats.buffered + stats.inFlight, 0);
      assert.ok(stats.dropped.overflow > 0, 'the buffer was never full');
      assert.equal(lostIn(stats), stats.dropped.overflow);
      assert.equal(end.drops, stats.dropped.overflow, 'every drop is reported');
      for (const warning of ['unreachable', 'overflow']) assert.ok(end.warnings.includes(warning), warning);

      const stored = local.events({ logGroupName }).map(({ message }) => message);
      const numbers = numbersIn(stored);
      numbers.forEach((number, i) => {
        assert.ok(i === 0 || number > numbers[i - 1], `number ${number} after ${numbers[i - 1]}`);
      });
      assert.equal(numbers.length, stats.delivered);
      assert.equal(markedIn(stored), stats.dropped.overflow, 'every drop is marked in the stream');
    });
  }
});

/** An application logs, the endpoint hangs and comes back, and the application flushes and ends. */
async function hangUnder(t: TestContext, logger: 'pino' | 'winston'): Promise<Run> {
  const local = await startEndpoint(t);
  const options = {
    ...optionsFor(local),
    maxBufferBytes: MAX_BUFFER_BYTES,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
  };
  const times = { warmUpMs: WARM_UP_MS, hangMs: HANG_MS, recoveryMs: RECOVERY_MS };
  const producer = startProducer({ logger, options, rate: RATE, ...times });
  atEnd(t, () => producer.kill('SIGKILL'));

  const samples: Sample[] = [];
  let base: number | undefined;
  let end: End | undefined;
  producer.on('message', (said: Said) => {
    if (said.warm) {
      base = said.warm.rss;
      local.faults.set([{ kind: 'hang-before', operation: '*' }]);
      producer.send('go on');
    }
    if (said.sample) samples.push(said.sample);
    if (said.hung) local.faults.clear();
    end ??= said.end;
  });
  const [code] = await once(producer, 'close');
  assert.equal(code, 0);
  assert.ok(base !== undefined && end, 'the application ended before it was through');

  const most = Math.max(...samples.map((sample) => sample.rss));
  const { calls, logged, stats } = end;
  t.diagnostic(
    `${calls.count} log calls: p50 ${us(calls.p50)}, p99 ${us(calls.p99)}, p99.9 ${us(calls.p999)}, max ${us(calls.max)}`,
  );
  t.diagnostic(`memory ${mb(base)} before, at most ${mb(most)}: ${mb(most - base)} more`);
  t.diagnostic(`${logged} logged, ${stats.delivered} delivered, ${stats.dropped.overflow} dropped`);
  return { local, end, samples, memory: most - base };
}

function startProducer(task: object): ChildProcess {
  const file = fileURLToPath(new URL('paced-producer.mjs', import.meta.url));
  return spawn(process.execPath, ['--no-warnings', file, JSON.stringify(task)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** The sum of what the markers in the stream say. */
function markedIn(messages: readonly string[]): number {
  const markers = messages.filter((message) => message.startsWith('{"droppedEvents":'));
  return markers.reduce((sum, message) => sum + Number(JSON.parse(message).droppedEvents), 0);
}

function us(ms: number): string {
  return `${(ms * 1000).toFixed(1)} µs`;
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
