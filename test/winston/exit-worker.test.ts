// timeout: 240 s
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { startLocal } from 'cloudwatch-logs-local';
import { Application, optionsFor } from './application.ts';
import { testEndings } from './endings.ts';

testEndings({ worker: true });

describe('a transport with a worker', () => {
  it('does not hold a process that has nothing to log', async () => {
    const options = { ...optionsFor('http://127.0.0.1:1', 'app'), worker: true };
    const { code, stderr } = await new Application({
      ending: 'nothing left to do',
      lines: 0,
      options,
    }).ended();
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  });

  it('starts no thread within its thread, when a module of NODE_OPTIONS starts one in each', () => {
    const preload = new URL('./apps/preload.mjs', import.meta.url).href;
    const { stdout, stderr } = spawnSync(process.execPath, ['--eval', ''], {
      env: { ...process.env, NODE_OPTIONS: `--import ${preload}` },
      encoding: 'utf8',
    });
    assert.equal(stdout, 'thread 0\nthread 1\n', stderr);
  });

  it('has told everything when the process has ended, also to listeners', async (t) => {
    const local = await startLocal();
    t.after(() => local.close());
    await local.stop();
    const options = { ...optionsFor(local.endpoint, 'app'), worker: true, closeTimeoutMs: 300 };
    const application = new Application({
      ending: 'process.exit, then look at the counters',
      lines: 20,
      options,
    });
    const [, told] = (await application.told('at exit')).split('at exit ');
    assert.deepEqual(JSON.parse(told), { received: 20, shutdown: 20, warned: ['shutdown'], dropped: 20 });
    assert.match(
      (await application.ended()).stderr,
      /^cloudwatch-logs: 20 log event\(s\) .* were not sent within \d+ ms/m,
    );
  });
});
