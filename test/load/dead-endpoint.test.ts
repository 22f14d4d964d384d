// timeout: 300 s
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { Application, Ended } from '../fixtures/application.js';
import * as pino from '../pino/application.js';
import { MODES, ENDINGS as PINO_ENDINGS } from '../pino/endings.js';
import { freePort } from '../spool/producers.js';
import * as winston from '../winston/application.js';
import { ENDINGS as WINSTON_ENDINGS } from '../winston/endings.js';

// Whatever an application logs with and however it ends, an endpoint that is dead does not hold it up for long, and one
// line on stderr says how many events were lost by that.

const LINES = 300;
/** Longest time from the last line that is logged to the end of the process; `closeTimeoutMs` is 8 s. */
const MOST_MS = 10_000;

interface Case {
  readonly name: string;
  readonly code: number;
  readonly lost: number;
  start(endpoint: string): Application;
  readonly signal?: NodeJS.Signals;
}

const CASES: readonly Case[] = [
  ...MODES.flatMap((mode) =>
    Object.entries(PINO_ENDINGS).map(([ending, code]): Case => {
      const start = (endpoint: string) =>
        new pino.Application({ mode, ending, lines: LINES, options: pino.optionsFor(endpoint, 'dead') });
      return { name: `pino ${mode}, ${ending}`, code, lost: LINES, start, ...signalOf(ending) };
    }),
  ),
  ...[false, true].flatMap((worker) =>
    WINSTON_ENDINGS.map(({ name, ending, code, options, crash }): Case => {
      const start = (endpoint: string) => {
        const all = { ...winston.optionsFor(endpoint, 'dead'), worker, ...options };
        return new winston.Application({ ending, lines: LINES, options: all });
      };
      const lost = LINES + (crash === undefined ? 0 : 1);
      return {
        name: `winston ${worker ? 'worker' : 'in-process'}, ${name}`,
        code,
        lost,
        start,
        ...signalOf(ending),
      };
    }),
  ),
];

function signalOf(ending: string): Pick<Case, 'signal'> {
  return ending === 'SIGTERM' ? { signal: 'SIGTERM' } : {};
}

// Each of these waits for 8 s and does nothing, so many can run at once, when they do not start at once.
describe('an application that ends while the endpoint is dead', { concurrency: 16 }, () => {
  const startInTurn = inTurn();
  let hanging: Server;
  const endpoints = { 'refuses connections': '', 'never answers': '' };
  before(async () => {
    endpoints['refuses connections'] = `http://127.0.0.1:${await freePort()}`;
    hanging = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await once(hanging, 'listening');
    const address = hanging.address();
    assert.ok(typeof address === 'object' && address !== null);
    endpoints['never answers'] = `http://127.0.0.1:${address.port}`;
  });
  after(() => hanging.close());

  for (const { name, code, lost, start, signal } of CASES) {
    for (const how of ['refuses connections', 'never answers'] as const) {
      test(`ends within 10 s and says once how many were not sent: ${name}, endpoint ${how}`, async (t) => {
        const application = await startInTurn(async () => {
          const started = start(endpoints[how]);
          await started.told('logged');
          return started;
        });
        if (signal) application.kill(signal);
        const ended: Ended = await application.ended();
        t.diagnostic(`${Math.round(ended.endingMs)} ms`);
        assert.equal(ended.code, code, ended.stderr);
        const said = ended.stderr.split('\n').filter((line) => line.includes('not sent'));
        assert.equal(said.length, 1, ended.stderr);
        assert.match(
          said[0],
          new RegExp(`^cloudwatch-logs: ${lost} log event\\(s\\) for log group "dead" were not sent`),
        );
        assert.ok(ended.endingMs < MOST_MS, `${ended.endingMs} ms`);
      });
    }
  }
});

/** Lets one start after the other: at once, they would take the processor from each other's end. */
function inTurn(): <T>(start: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (start) => {
    const started = last.then(start, start);
    last = started;
    return started;
  };
}
