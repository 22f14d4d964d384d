// timeout: 300 s
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { LocalCloudWatchLogs } from 'cloudwatch-logs-local';
import type { FlushResult, PublisherStats } from 'cloudwatch-logs-publisher';
import { atEnd } from '../fixtures/at-end.js';
import { optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { assertLaw } from '../fixtures/law.js';
import { ALL_STORED_ONCE, examine, storedNumbers } from '../fixtures/numbered.js';

// Producers that share a stream of an endpoint that enforces tokens take turns: all of them finish, each event is
// stored once, and they do not wear the endpoint out with puts that lose the race.

const LOGGERS = ['pino', 'winston', 'pino', 'winston'];
const EVENTS_EACH = 5000;
const MAX_BATCH_EVENTS = 250;
const MOST_PUTS_PER_BATCH = 4;

interface Result {
  readonly flushed: FlushResult;
  readonly stats: PublisherStats;
}

describe('four processes on one stream of an endpoint that enforces tokens store each event once', () => {
  for (const latencyMs of [0, 50]) {
    test(`with ${latencyMs} ms of latency`, async (t) => {
      const local = await startEndpoint(t, {
        sequenceTokens: 'enforced',
        faults: latencyMs > 0 ? [{ kind: 'latency', ms: latencyMs }] : [],
      });
      const producers = LOGGERS.map((logger, index) => startProducer(t, local, logger, index));
      await Promise.all(producers.map(({ ready }) => ready));
      for (const { go } of producers) go();
      const results = await Promise.all(producers.map(({ result }) => result));

      for (const { flushed, stats } of results) {
        assert.deepEqual(flushed, { delivered: EVENTS_EACH, dropped: 0, pending: 0 });
        assertLaw(stats);
        assert.equal(stats.delivered, EVENTS_EACH);
      }
      const stored = storedNumbers(local);
      assert.equal(stored.length, LOGGERS.length * EVENTS_EACH);
      for (const index of LOGGERS.keys()) {
        const from = index * EVENTS_EACH;
        const own = stored.filter((number) => number >= from && number < from + EVENTS_EACH);
        const found = examine(
          own.map((number) => number - from),
          EVENTS_EACH,
        );
        assert.deepEqual(found, ALL_STORED_ONCE, `producer ${index}`);
      }

      const { puts, requests, errors } = local.stats();
      assert.ok(errors.InvalidSequenceTokenException > 0, 'they never met');
      const conflicts = results.reduce((sum, { stats }) => sum + stats.tokenConflicts, 0);
      assert.equal(conflicts, errors.InvalidSequenceTokenException);
      t.diagnostic(JSON.stringify({ batches: puts, attempts: requests.PutLogEvents, conflicts }));
      assert.ok(puts >= (LOGGERS.length * EVENTS_EACH) / MAX_BATCH_EVENTS);
      assert.ok(requests.PutLogEvents <= MOST_PUTS_PER_BATCH * puts, JSON.stringify(local.stats()));
    });
  }
});

/** Starts a process that logs numbers of its own once it is told to go. */
function startProducer(t: TestContext, local: LocalCloudWatchLogs, logger: string, index: number) {
  const script = fileURLToPath(new URL('contending-producer.mjs', import.meta.url));
  const settings = {
    logger,
    options: { ...optionsFor(local), maxBatchEvents: MAX_BATCH_EVENTS },
    from: index * EVENTS_EACH,
    to: (index + 1) * EVENTS_EACH,
  };
  const child = fork(script, [JSON.stringify(settings)], { execArgv: ['--no-warnings'] });
  atEnd(t, () => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  const dead = ended.then(([code, signal]) => {
    throw new Error(`producer ${index} ended too early, with ${signal ?? `exit code ${code}`}`);
  });
  const next = async (): Promise<unknown> => (await Promise.race([once(child, 'message'), dead]))[0];
  const ready = next();
  return {
    ready,
    go: () => child.send('go'),
    result: ready.then(async () => {
      const result = (await next()) as Result;
      assert.deepEqual(await ended, [0, null]);
      return result;
    }),
  };
}
