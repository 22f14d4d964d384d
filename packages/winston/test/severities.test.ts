import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import winston from 'winston';
import { Severities } from '../src/severities.ts';

/** The names in the order of how severe they are, the least severe first. */
function inOrder(severities: Severities, names: readonly string[]): string[] {
  const of = (name: string) => severities.contextOf(name).severity ?? Number.NaN;
  return names.toSorted((a, b) => of(a) - of(b));
}

/** As winston orders them: lower numbers are more severe. */
function ofLogger(levels: Readonly<Record<string, number>>): string[] {
  return Object.keys(levels).toSorted((a, b) => levels[b] - levels[a]);
}

describe('how severe the levels of a logger are', () => {
  const odd = {
    'names of the application': { meltdown: 0, fire: 1, smoke: 2, calm: 3 },
    'usual names in an order of their own': { debug: 0, error: 1, info: 2 },
    'some usual names': { audit: 0, error: 1, billing: 2, info: 3, chatter: 4 },
    'numbers with gaps': { error: 10, info: 500, debug: -5 },
  };
  for (const [what, levels] of Object.entries({
    npm: winston.config.npm.levels,
    syslog: winston.config.syslog.levels,
    cli: winston.config.cli.levels,
    ...odd,
  })) {
    it(`is in the order of the logger: ${what}`, () => {
      const names = ofLogger(levels);
      assert.deepEqual(inOrder(new Severities([levels]), names.toReversed()), names);
    });
  }

  it('is the same for levels with the same number', () => {
    const severities = new Severities([{ error: 0, failure: 0, info: 1 }]);
    assert.equal(severities.contextOf('error').severity, severities.contextOf('failure').severity);
  });

  it('compares the levels of loggers that share a transport', () => {
    const severities = new Severities([winston.config.npm.levels, winston.config.syslog.levels]);
    const names = ['debug', 'http', 'info', 'notice', 'warn', 'error', 'crit', 'alert', 'emerg'];
    assert.deepEqual(inOrder(severities, names.toReversed()), names);
  });

  it('leaves a level that no logger has to its name', () => {
    assert.deepEqual(new Severities([]).contextOf('error'), { level: 'error' });
    assert.deepEqual(new Severities([]).contextOf(undefined), {});
  });
});
