import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { onSignals } from '../../src/exit/signals.ts';

const skip = process.platform === 'win32' && 'Windows ends a process without asking it';

/** Runs a program with `onSignals`, and sends the signals when it says so. @returns its lines, and how it ended */
async function run(
  code: string,
  signals: readonly NodeJS.Signals[] = ['SIGTERM'],
  { program: node, args }: { readonly program: string; readonly args: readonly string[] } = {
    program: process.execPath,
    args: [],
  },
) {
  const program = `
    import { onSignals } from 'cloudwatch-logs-publisher/worker';
    import { setTimeout as wait } from 'node:timers/promises';
    const say = (line) => console.log(line);
    const flush = async (ms) => { say('flush'); await wait(50); say('flushed'); };
    const alive = setInterval(() => {}, 1000);
    process.on('exit', (code) => say('exit ' + code));
    ${code}
    say('ready');`;
  const child = spawn(node, [...args, '--input-type=module', '--eval', program], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  const said: string[] = [];
  const left = [...signals];
  for await (const line of createInterface(child.stdout)) {
    if (line !== 'ready' && line !== 'again') said.push(line);
    else child.kill(left.shift());
  }
  const [exitCode, signal] = await ended;
  return { said, exitCode, signal };
}

describe('options for signals that are wrong are named', () => {
  const cases: [object, RegExp][] = [
    [{ timeout: 5 }, /Unknown option "timeout". Did you mean "timeoutMs"\?/],
    [{ timeoutMs: '5000' }, /"timeoutMs" must be a whole number.*got "5000"/],
    [{ signals: 'SIGTERM' }, /"signals" must be a list of signals.*got "SIGTERM"/],
    [{ signals: ['TERM'] }, /"signals" must be a list of signals/],
    [{ signals: ['SIGKILL'] }, /"signals" must be a list of signals that a process can listen for/],
    [{ signals: [] }, /"signals" must be a list of signals/],
    [{ before: 'close' }, /"before" must be a function/],
  ];
  for (const [options, message] of cases) {
    it(JSON.stringify(options), () => {
      assert.throws(() => onSignals(options as never, async () => {}), {
        code: 'CLOUDWATCH_LOGS_INVALID_OPTION',
        message,
      });
    });
  }
});

describe('a signal', { skip, concurrency: 2 }, () => {
  it('that a listener sends again as its last act ends the process, though nothing else keeps it alive', async () => {
    const again = `
      onSignals({}, flush);
      process.on('SIGTERM', async function again(signal) {
        process.off('SIGTERM', again);
        await wait(200);
        clearInterval(alive);
        setImmediate(() => process.kill(process.pid, signal));
      });`;
    assert.deepEqual(await run(again), {
      said: ['flush', 'flushed', 'flush', 'flushed'],
      exitCode: null,
      signal: 'SIGTERM',
    });
  });

  it('ends the process by itself after the flush, where nobody else listens', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      assert.deepEqual(await run('onSignals({}, flush);', [signal]), {
        said: ['flush', 'flushed'],
        exitCode: null,
        signal,
      });
    }
  });

  const unshare = ['--fork', '--pid', '--kill-child', process.execPath];
  const noContainer =
    spawnSync('unshare', [...unshare, '--version']).status !== 0 && 'needs unshare, as root';
  it('ends the first process of a container too, which Linux keeps from its own signals', {
    skip: noContainer,
  }, async () => {
    const asPid1 = { program: 'unshare', args: unshare };
    const { said, exitCode } = await run("onSignals({}, flush); process.kill(1, 'SIGTERM');", [], asPid1);
    assert.deepEqual(said, ['flush', 'flushed', 'exit 143']);
    assert.equal(exitCode, 143);
  });

  it('lets "before" run first, also one that fails or never ends', async () => {
    const closing =
      "onSignals({ before: async (signal) => { say(signal); await wait(20); say('closed'); } }, flush);";
    assert.deepEqual((await run(closing)).said, ['SIGTERM', 'closed', 'flush', 'flushed']);
    const hanging = 'onSignals({ timeoutMs: 30, before: () => new Promise(() => {}) }, flush);';
    assert.deepEqual(await run(hanging), { said: ['flush', 'flushed'], exitCode: null, signal: 'SIGTERM' });
    const failing = "onSignals({ before: () => { throw new Error('x'); } }, flush);";
    assert.deepEqual((await run(failing)).said, ['flush', 'flushed']);
  });

  it('ends the process when all have flushed, where several loggers are flushed', async () => {
    const slow = "async () => { say('slow'); await wait(200); say('slow flushed'); }";
    for (const [first, second] of [
      ['flush', slow],
      [slow, 'flush'],
    ]) {
      const { said, signal } = await run(`onSignals({}, ${first}); onSignals({}, ${second});`);
      assert.deepEqual(said.slice(2), ['flushed', 'slow flushed']);
      assert.equal(signal, 'SIGTERM');
    }
    const another =
      "process.once('SIGTERM', async () => { await wait(20); process.kill(process.pid, 'SIGTERM'); });";
    const { said, signal } = await run(`onSignals({}, flush); onSignals({}, ${slow}); ${another}`);
    assert.deepEqual([said.filter((line) => line === 'slow flushed').length, signal], [2, 'SIGTERM']);
    const stopped = await run(`onSignals({}, ${slow})(); onSignals({}, flush);`);
    assert.deepEqual(stopped, { said: ['flush', 'flushed'], exitCode: null, signal: 'SIGTERM' });
  });

  it('leaves the end to another listener, also to one for a single signal', async () => {
    for (const on of ['on', 'once']) {
      const other = `process.${on}('SIGTERM', async () => { await wait(150); say('other'); process.exit(3); });`;
      for (const code of [`${other} onSignals({}, flush);`, `onSignals({}, flush); ${other}`]) {
        const { said, exitCode } = await run(code);
        assert.deepEqual([said, exitCode], [['flush', 'flushed', 'other', 'exit 3'], 3], code);
      }
    }
  });

  it('is passed on after another flush, when a framework sends it again at its own end', async () => {
    for (const ms of [10, 150]) {
      const framework = `
        const cleanup = async (signal) => {
          await wait(${ms});
          say('framework');
          process.removeListener(signal, cleanup);
          process.kill(process.pid, signal);
        };
        process.on('SIGTERM', cleanup);`;
      const { said, signal } = await run(`${framework} onSignals({}, flush);`);
      assert.equal(signal, 'SIGTERM');
      assert.deepEqual(said.slice(-2), ['flush', 'flushed']);
      assert.ok(said.includes('framework'));
      assert.equal(said.filter((line) => line === 'flushed').length, 2);
    }
  });

  it('ends the process at once when it comes a second time', async () => {
    for (const other of ['', "process.on('SIGTERM', () => say('other'));"]) {
      const hanging = `${other} onSignals({}, () => { say('again'); return new Promise(() => {}); });`;
      const { said, signal } = await run(hanging, ['SIGTERM', 'SIGTERM']);
      assert.equal(signal, 'SIGTERM');
      assert.deepEqual(said, other === '' ? [] : ['other']);
    }
  });

  it('does not wait for the package signal-exit, which waits for others', async () => {
    const signalExit = `
      globalThis[Symbol.for('signal-exit emitter')] = { count: 1 };
      process.on('SIGTERM', function listener() {
        if (process.listeners('SIGTERM').length > 1) return;
        process.removeListener('SIGTERM', listener);
        process.kill(process.pid, 'SIGTERM');
      });`;
    const { said, signal } = await run(`${signalExit} onSignals({}, flush);`);
    assert.deepEqual([said, signal], [['flush', 'flushed'], 'SIGTERM']);
  });

  it('is heard no more after the return value was called', async () => {
    assert.deepEqual(await run('onSignals({}, flush)();'), { said: [], exitCode: null, signal: 'SIGTERM' });
  });
});
