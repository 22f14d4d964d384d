// timeout: 120 s
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Application } from '../fixtures/application.js';
import { optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { assertStoredOnce } from '../fixtures/numbered.js';

// An application that logs in a thread of its own, when that thread or the main thread comes to its end.

const APPLICATION = new URL('thread.mjs', import.meta.url);
const LINES = 100;
const LOGGERS = ['publisher', 'pino in process', 'winston', 'winston in a worker'];

interface Ending {
  readonly end: string;
  readonly main: string;
  readonly loaded?: boolean;
  readonly code?: number;
}

const OF_THREAD: Record<string, Ending> = {
  'process.exit() in the thread': { end: 'exit', main: 'waits' },
  'process.exit() in the thread while the main thread is blocked': { end: 'exit', main: 'blocks' },
  'an uncaught error in the thread': { end: 'throw', main: 'waits' },
  'the natural end of the thread': { end: 'natural', main: 'waits' },
};
const OF_MAIN: Record<string, Ending> = {
  'process.exit() in the main thread': { end: 'stays', main: 'exit', loaded: true },
  'an uncaught error in the main thread': { end: 'stays', main: 'throw', loaded: true, code: 1 },
  'the natural end of the main thread': { end: 'stays', main: 'natural', loaded: true },
};

describe('a thread of the application loses nothing', { concurrency: 2 }, () => {
  for (const logger of LOGGERS) {
    for (const [name, { code = 0, ...ending }] of Object.entries({ ...OF_THREAD, ...OF_MAIN })) {
      if (logger !== 'publisher' && ending.end !== 'exit' && ending.main !== 'exit') continue;
      test(`${logger}: ${name}`, async (t) => {
        const local = await startEndpoint(t, { sequenceTokens: 'enforced' });
        const scenario = { logger, options: optionsFor(local), lines: LINES, ...ending };
        const ended = await new Application(APPLICATION, scenario).ended();
        assert.equal(ended.code, code, ended.stderr);
        assert.doesNotMatch(ended.stderr, /not sent/);
        assertStoredOnce(local, LINES);
      });
    }
  }
});

test('the main thread waits no longer than the thread may take, and the thread says what was lost', async (t) => {
  const local = await startEndpoint(t, { faults: [{ kind: 'hang-before' }] });
  const options = { ...optionsFor(local), closeTimeoutMs: 700 };
  const scenario = { logger: 'publisher', options, lines: LINES, end: 'stays', main: 'exit', loaded: true };
  const { stderr, endingMs } = await new Application(APPLICATION, scenario).ended();
  assert.match(stderr, /100 log event\(s\) for log group "app" were not sent within \d+ ms/);
  assert.ok(endingMs < 6000, `${endingMs} ms`);
});

test('the main thread does not wait for a thread that was terminated', async (t) => {
  const local = await startEndpoint(t, { faults: [{ kind: 'hang-before' }] });
  const scenario = {
    logger: 'publisher',
    options: { ...optionsFor(local), closeTimeoutMs: 60_000 },
    lines: LINES,
    end: 'stays',
    main: 'terminate',
    loaded: true,
  };
  const { code, endingMs } = await new Application(APPLICATION, scenario).ended();
  assert.equal(code, 0);
  assert.ok(endingMs < 30_000, `${endingMs} ms`);
});
