import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { startLocal } from 'cloudwatch-logs-local';

const STREAMS = {
  pipeline: ['behind another transport'],
  'a pipeline among targets': ['alone', 'behind another transport'],
};

describe('behind another transport in a pipeline of pino', () => {
  for (const [way, streams] of Object.entries(STREAMS)) {
    for (const [ending, code] of [
      ['natural end', 0],
      ['process.exit()', 0],
      ['uncaught error', 1],
    ] as const) {
      it(`lines are delivered: ${way}, ${ending}`, async (t) => {
        const local = await startLocal({ faults: [{ kind: 'latency', ms: 100, operation: '*' }] });
        t.after(() => local.close());
        const child = spawn(process.execPath, ['apps/pipeline.mjs', local.endpoint, way, ending], {
          cwd: import.meta.dirname,
          stdio: 'ignore',
        });
        assert.deepEqual(await once(child, 'exit'), [code, null]);
        const events = local.events({ logGroupName: 'app' });
        for (const logStreamName of streams)
          assert.equal(events.filter((event) => event.logStreamName === logStreamName).length, 100);
        const changed = events.filter(({ message }) => message.includes('PAID'));
        assert.equal(changed.length, 100);
      });
    }
  }
});
