import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Application } from '../fixtures/application.js';
import { optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { SHIPPERS } from '../fixtures/shippers.js';

// Applications that log about their logging, through the logger that they hear it from.

const APPLICATION = new URL('application.mjs', import.meta.url);
const CLOSE_MS = 800;
/** For the start of a worker, and of a thread at the end, on a busy machine. */
const BESIDES_MS = 6000;
const ENDS = ['natural', 'exit'];
const IN_PROCESS = ['publisher', 'pino in process', 'winston'];
/** Enough for a loop that is not ended to be seen, and few enough for rounds that are held up longer and longer. */
const MOST_PUTS = 60;

describe('the end is bounded although a line is logged for each batch', { concurrency: 2 }, () => {
  for (const logger of Object.keys(SHIPPERS)) {
    for (const end of ENDS) {
      test(`${logger}: ${end}`, async (t) => {
        const local = await startEndpoint(t);
        const options = { ...optionsFor(local), closeTimeoutMs: CLOSE_MS };
        // pino tells nothing of batches; what is on the channel of a worker is heard in that worker only.
        const heard = logger.startsWith('pino') ? { channels: ['batch'] } : { echo: ['batch'] };
        const scenario = { logger, options, lines: 20, end, ...heard };
        const { code, stderr, endingMs } = await new Application(APPLICATION, scenario).ended();
        assert.equal(code, 0, stderr);
        assert.ok(endingMs < CLOSE_MS + BESIDES_MS, `${endingMs} ms`);
        const { PutLogEvents: puts = 0 } = local.stats().requests;
        assert.ok(puts <= MOST_PUTS, `${puts} puts`);
      });
    }
  }
});

describe('a line logged for each drop is dropped and told of, but not without end', {
  concurrency: 2,
}, () => {
  for (const logger of Object.keys(SHIPPERS)) {
    const ways = IN_PROCESS.includes(logger)
      ? ([
          { echo: ['drop'] },
          { channels: ['drop'], later: 'microtask' },
          { echo: ['drop'], later: 'turn' },
        ] as const)
      : ([{ echo: ['drop'] }] as const);
    for (const way of ways) {
      test(`${logger}, ${JSON.stringify(way)}`, async (t) => {
        const local = await startEndpoint(t, { faults: [{ kind: 'hang-before' }] });
        const options = { ...optionsFor(local), closeTimeoutMs: CLOSE_MS, maxBufferBytes: 20_000 };
        const scenario = { logger, options, lines: 2000, end: 'natural', ...way };
        const { code, stderr, endingMs } = await new Application(APPLICATION, scenario).ended();
        assert.equal(code, 0, stderr);
        assert.ok(endingMs < CLOSE_MS + BESIDES_MS, `${endingMs} ms`);
      });
    }
  }
});

for (const logger of [...IN_PROCESS, 'winston in a worker']) {
  test(`a listener that throws for each of thousands of drops is told of once: ${logger}`, async (t) => {
    const local = await startEndpoint(t, { faults: [{ kind: 'hang-before' }] });
    const options = { ...optionsFor(local), closeTimeoutMs: CLOSE_MS, maxBufferBytes: 20_000 };
    const scenario = { logger, options, lines: 5000, end: 'close', throwing: ['drop', 'warn'] };
    const { code, stderr } = await new Application(APPLICATION, scenario).ended();
    assert.equal(code, 0, stderr);
    for (const name of scenario.throwing) {
      const told = stderr.split('\n').filter((line) => line.includes(`'${name}' threw: in a listener`));
      assert.equal(told.length, 1, stderr);
    }
  });
}
