import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Publisher } from 'cloudwatch-logs-publisher';
import { atEnd } from '../fixtures/at-end.js';
import { optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { examine, storedNumbers } from '../fixtures/numbered.js';

const BYTES_PER_SECOND = 60_000;
const EVENTS = 300;
const PADDING = '.'.repeat(1000);

// Here the system takes a whole batch at once, so that nothing of its progress shows: a third of a megabyte takes
// more than five seconds, and a request is given up after one and a half.
describe('a backlog gets through an uplink that is far too slow for one batch', () => {
  for (const sequenceTokens of ['ignored', 'enforced'] as const) {
    test(`tokens ${sequenceTokens}`, async (t) => {
      const local = await startEndpoint(t, {
        sequenceTokens,
        faults: [{ kind: 'slow-read', bytesPerSecond: BYTES_PER_SECOND }],
      });
      const publisher = new Publisher({ ...optionsFor(local), requestTimeoutMs: 1500 });
      atEnd(t, () => publisher.close());
      publisher.on('warn', () => {});
      for (let i = 0; i < EVENTS; i++)
        publisher.publish({ timestamp: Date.now(), message: `number ${i} ${PADDING}` });
      assert.equal((await publisher.flush({ timeoutMs: 100_000 })).delivered, EVENTS);
      const { lost, duplicated } = examine(storedNumbers(local), EVENTS);
      const { possibleDuplicates, requests } = publisher.stats();
      t.diagnostic(JSON.stringify({ requests, duplicated, possibleDuplicates }));
      assert.equal(lost, 0);
      assert.ok(sequenceTokens === 'enforced' ? duplicated === 0 : duplicated <= possibleDuplicates);
    });
  }
});
