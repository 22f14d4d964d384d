import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type LocalCloudWatchLogs, startLocal } from 'cloudwatch-logs-local';
import type { CloudWatchTransportOptions } from 'winston-cloudwatch-logs';
import type { Ended } from '../fixtures/application.js';
import { Application, optionsFor, type Scenario } from './application.ts';

const LINES = 300;

/** A way in which an application with a winston logger ends. */
export interface Ending {
  readonly name: string;
  readonly ending: string;
  readonly code: number;
  readonly options?: Partial<CloudWatchTransportOptions>;
  /** A line more than those that were logged: winston's, about the crash. */
  readonly crash?: string;
}

export const ENDINGS: readonly Ending[] = [
  { name: 'nothing left to do', ending: 'nothing left to do', code: 0 },
  { name: 'process.exit() at once', ending: 'process.exit', code: 0 },
  { name: 'an uncaught exception', ending: 'uncaught exception', code: 1 },
  {
    name: 'an uncaught exception that winston handles',
    ending: 'uncaught exception',
    code: 1,
    options: { handleExceptions: true },
    crash: 'the application failed',
  },
  { name: 'an unhandled rejection', ending: 'unhandled rejection', code: 1 },
  {
    name: 'an unhandled rejection that winston handles',
    ending: 'unhandled rejection',
    code: 1,
    options: { handleRejections: true },
    crash: 'a promise failed',
  },
  { name: 'SIGTERM with a handler', ending: 'SIGTERM', code: 143 },
  { name: 'logger.end()', ending: 'logger.end()', code: 0 },
  { name: 'logger.close()', ending: 'logger.close()', code: 0 },
];

async function end(scenario: Scenario, format?: 'mjs' | 'cjs'): Promise<Ended> {
  const application = new Application(scenario, format);
  if (scenario.ending === 'SIGTERM') {
    await application.told('logged');
    application.kill('SIGTERM');
  }
  return application.ended();
}

/** The lines that say how many events were not sent. */
function unsentLines(stderr: string): string[] {
  return stderr.split('\n').filter((line) => line.includes('were not sent'));
}

/** Tests every way in which an application with a winston logger ends, with an endpoint that answers. */
export function testEndings(base: Partial<CloudWatchTransportOptions>): void {
  const way = base.worker ? 'with a worker thread ' : '';
  const optionsTo = (endpoint: string, logGroupName: string) => ({
    ...optionsFor(endpoint, logGroupName),
    // More than five round trips and a new thread take on a busy machine; a worker takes no more than this.
    closeTimeoutMs: base.worker ? 9_000 : 60_000,
    ...base,
  });

  describe(`a winston application ${way}that ends`, { concurrency: 4 }, () => {
    let local: LocalCloudWatchLogs;
    let groups = 0;
    before(async () => {
      local = await startLocal();
    });
    after(() => local.close());

    function records(logGroupName: string): Record<string, unknown>[] {
      return local.events({ logGroupName }).map(({ message }) => JSON.parse(message));
    }

    function checkLines(logGroupName: string, stderr: string, repeats = false): void {
      const stored = records(logGroupName).filter(({ message }) => message === 'a line');
      const numbers = stored.map(({ n }) => n);
      assert.deepEqual(
        repeats ? [...new Set(numbers)].sort((a, b) => Number(a) - Number(b)) : numbers,
        Array.from({ length: LINES }, (_, index) => index + 1),
        stderr,
      );
      assert.deepEqual(unsentLines(stderr), []);
    }

    for (const { name, ending, code, options, crash } of ENDINGS) {
      for (const latencyMs of [0, 700]) {
        const speed = latencyMs === 0 ? 'is up' : `takes ${latencyMs} ms`;
        it(`loses nothing with ${name} while the endpoint ${speed}`, async () => {
          const logGroupName = `exit-${++groups}`;
          if (latencyMs > 0)
            local.faults.add({ kind: 'latency', ms: latencyMs, operation: '*', logGroupName });
          const all = { ...optionsTo(local.endpoint, logGroupName), ...options };
          const ended = await end({ ending, lines: LINES, options: all });
          assert.equal(ended.code, code, ended.stderr);
          // Winston ends the process 3 s after a crash, when a put may be under way that is then made once more. A
          // worker just goes on with it.
          checkLines(logGroupName, ended.stderr, crash !== undefined && !base.worker);
          const crashes = records(logGroupName).filter(({ message }) => message !== 'a line');
          assert.equal(crashes.length > 0, crash !== undefined);
          if (crash !== undefined) {
            const { error } = crashes[0] as { error: { message: string; stack: string } };
            assert.equal(error.message, crash);
            assert.match(error.stack, /\n\s+at /);
          }
        });
      }
    }

    it('loses nothing with the CommonJS build either', async () => {
      for (const ending of ['nothing left to do', 'process.exit', 'logger.end()']) {
        const logGroupName = `exit-${++groups}`;
        const options = optionsTo(local.endpoint, logGroupName);
        const ended = await end({ ending, lines: LINES, options }, 'cjs');
        assert.equal(ended.code, 0, ended.stderr);
        checkLines(logGroupName, ended.stderr);
      }
    });

    it('does not wait in vain when the transport is one of the exceptionHandlers', async (t) => {
      // The handler is done when its own line is stored, whatever the other transport has under way: that goes out once
      // more at the end, under the same token.
      const enforcing = await startLocal({ sequenceTokens: 'enforced' });
      t.after(() => enforcing.close());
      const logGroupName = `exit-${++groups}`;
      const application = new Application({
        ending: 'an exception for exceptionHandlers',
        lines: LINES - 1,
        options: optionsTo(enforcing.endpoint, logGroupName),
      });
      await application.told('finish');
      const ended = await application.ended();
      assert.equal(ended.code, 1);
      const stored = (logStreamName: string) =>
        enforcing.events({ logGroupName, logStreamName }).map(({ message }) => JSON.parse(message));
      assert.deepEqual(
        stored('one').map(({ n }) => n),
        Array.from({ length: LINES }, (_, index) => index + 1),
        ended.stderr,
      );
      assert.deepEqual(
        stored('crashes').map(({ exception }) => exception),
        [undefined, true],
      );
      assert.deepEqual(unsentLines(ended.stderr), []);
    });

    it('has delivered when logger.end() says finish', async () => {
      const logGroupName = `exit-${++groups}`;
      local.faults.add({ kind: 'latency', ms: 300, operation: '*', logGroupName });
      const options = optionsTo(local.endpoint, logGroupName);
      const ending = 'logger.end(), then process.exit on finish';
      const ended = await end({ ending, lines: LINES, options });
      assert.equal(ended.code, 0);
      checkLines(logGroupName, ended.stderr);
    });

    it('loses nothing with process.exit() that winston held back behind a stalled transport', async () => {
      const logGroupName = `exit-${++groups}`;
      const options = optionsTo(local.endpoint, logGroupName);
      const ending = 'process.exit behind a stalled transport';
      const ended = await end({ ending, lines: LINES, options });
      assert.equal(ended.code, 0);
      checkLines(logGroupName, ended.stderr);
    });

    it('loses no line that a handler of exit logs, whenever it was registered', async () => {
      const logGroupName = `exit-${++groups}`;
      const options = optionsTo(local.endpoint, logGroupName);
      const early = 'process.exit with a handler that was there before the transport';
      const ended = await end({ ending: early, lines: LINES - 1, options });
      assert.equal(ended.code, 0);
      checkLines(logGroupName, ended.stderr);

      const late = 'process.exit with a handler that came after the transport';
      const other = optionsTo(local.endpoint, `exit-${++groups}`);
      const application = new Application({ ending: late, lines: LINES - 1, options: other });
      const told = await application.told('at exit');
      assert.deepEqual(JSON.parse(told.slice('at exit '.length)), { received: LINES, shutdown: 0 });
      const { stderr } = await application.ended();
      checkLines(String(other.logGroupName), stderr);
    });

    it('loses nothing that was flushed before it is killed', async () => {
      const logGroupName = `exit-${++groups}`;
      const options = optionsTo(local.endpoint, logGroupName);
      const application = new Application({ ending: 'flush, then wait to be killed', lines: LINES, options });
      assert.equal(await application.told('flushed'), `flushed ${LINES}`);
      application.kill('SIGKILL');
      assert.equal((await application.ended()).signal, 'SIGKILL');
      checkLines(logGroupName, '');
    });

    it('keeps its transport after exceptions and rejections that exitOnError: false lets pass', async () => {
      const logGroupName = `exit-${++groups}`;
      const options = {
        ...optionsTo(local.endpoint, logGroupName),
        handleExceptions: true,
        handleRejections: true,
      };
      const ending = 'exceptions that do not end it';
      const ended = await end({ ending, lines: 0, options, loggerOptions: { exitOnError: false } });
      assert.equal(ended.code, 0, ended.stderr);
      const [first, second, last] = records(logGroupName) as { error: Error; message: string }[];
      assert.equal(first.error.message, 'first failure');
      assert.equal(second.error.message, 'second failure');
      assert.deepEqual(last, { level: 'info', message: 'still attached', transports: 1 });
    });
  });
}
