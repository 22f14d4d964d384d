import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { startLocal } from 'cloudwatch-logs-local';

/** An application that lets go of its logger after its last line, and collects garbage for as long as it lives. */
const APPLICATION = `
  import pino from 'pino';
  import { cloudWatchTarget } from 'pino-cloudwatch-logs';
  const [endpoint, several] = process.argv.slice(1);
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const target = cloudWatchTarget({ logGroupName: 'app', aws: { endpoint, region: 'us-east-1', credentials } });
  const streams = [];
  (function log() {
    const transport = pino.transport(several ? { targets: [target, target] } : target);
    streams.push(new WeakRef(transport));
    pino(transport).info('the only line');
  })();
  const until = performance.now() + 20_000;
  const turn = () => {
    gc();
    if (streams[0].deref() === undefined) console.log('collected');
    else if (performance.now() < until) setTimeout(turn, 20);
  };
  setTimeout(turn, 20);`;

describe('a worker whose logger is collected', () => {
  for (const latencyMs of [0, 300]) {
    for (const several of [false, true]) {
      it(`has delivered before it ends, ${several ? 'two targets' : 'one target'}, latency ${latencyMs} ms`, async (t) => {
        const local = await startLocal(
          latencyMs ? { faults: [{ kind: 'latency', ms: latencyMs, operation: '*' }] } : {},
        );
        t.after(() => local.close());
        const args = ['--expose-gc', '--input-type=module', '--eval', APPLICATION, local.endpoint];
        const child = spawn(process.execPath, several ? [...args, 'several'] : args, {
          cwd: import.meta.dirname,
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let stdout = '';
        child.stdout.on('data', (chunk) => {
          stdout += chunk;
        });
        const [code] = await once(child, 'close');
        assert.equal(code, 0);
        assert.equal(stdout, 'collected\n', 'it is not held for ever');
        assert.equal(local.events({ logGroupName: 'app' }).length, several ? 2 : 1);
      });
    }
  }
});
