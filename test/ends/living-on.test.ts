import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Application } from '../fixtures/application.js';
import { optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { assertStoredOnce } from '../fixtures/numbered.js';
import { SHIPPERS } from '../fixtures/shippers.js';

// What was to be the end of a process was not: its time was over, and the process lives on until it ends later.

const APPLICATION = new URL('application.mjs', import.meta.url);
const LINES = 20;

describe('an end that did not come takes no time from the one that comes', { concurrency: 2 }, () => {
  for (const logger of Object.keys(SHIPPERS)) {
    // The worker of pino has no time of its own at the natural end: thread-stream ends it.
    const ends = logger === 'pino in a worker' ? [] : ['exitAfterNaturalEnd'];
    for (const end of ['exitAfterFlush', ...ends]) {
      test(`${logger}: ${end}`, async (t) => {
        const local = await startEndpoint(t, {
          sequenceTokens: 'enforced',
          faults: [{ kind: 'hang-before' }],
        });
        const options = { ...optionsFor(local), closeTimeoutMs: 2500 };
        const scenario = { logger, options, lines: LINES, end, timeoutMs: 300 };
        const application = new Application(APPLICATION, scenario);
        await application.told('lives on');
        local.faults.clear();
        const { stderr } = await application.ended();
        assert.doesNotMatch(stderr, /not sent/);
        assertStoredOnce(local, LINES);
      });
    }
  }
});
