import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it, mock } from 'node:test';
import pino from 'pino';
import { levelNames, readContext, readTimestamp } from '../src/line-reader.ts';

const ARRIVAL = 1_800_000_000_123;
const now = () => ARRIVAL;
const TIME = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

function lineOf(
  options: pino.LoggerOptions,
  log = (logger: pino.Logger) => logger.info({ a: 1 }, 'hi'),
): string {
  const sink = new PassThrough();
  mock.timers.enable({ apis: ['Date'], now: TIME });
  try {
    log(pino(options, sink));
  } finally {
    mock.timers.reset();
  }
  return String(sink.read()).trimEnd();
}

/** Runs a read with a JSON.parse that must not be called. */
function withoutParsing<T>(read: () => T): T {
  const parse = mock.method(JSON, 'parse', () => assert.fail('the line was parsed'));
  try {
    return read();
  } finally {
    parse.mock.restore();
  }
}

describe('the time of a line', () => {
  for (const [what, options] of Object.entries({
    "pino's own format": {},
    'no base fields': { base: null },
    'level labels': { formatters: { level: (label: string) => ({ level: label }) } },
    'levels under another name': {
      formatters: { level: (label: string) => ({ severity: label.toUpperCase() }) },
    },
    isoTime: { timestamp: pino.stdTimeFunctions.isoTime },
  } satisfies Record<string, pino.LoggerOptions>)) {
    it(`is read from the start of the line, without parsing it: ${what}`, () => {
      const line = lineOf(options);
      assert.equal(
        withoutParsing(() => readTimestamp(line, now)),
        TIME,
      );
    });
  }

  it('may be in seconds', () => {
    const line = lineOf({ timestamp: pino.stdTimeFunctions.unixTime });
    assert.equal(
      withoutParsing(() => readTimestamp(line, now)),
      Math.round(TIME / 1000) * 1000,
    );
  });

  it('is found by parsing where the line begins otherwise', () => {
    assert.equal(readTimestamp(`{"msg":"a","x":{"time":1},"time":${TIME}}`, now), TIME);
    assert.equal(readTimestamp(`{"level":30,"a":1,"time":${TIME}}`, now), TIME);
    assert.equal(readTimestamp(`{"level":"in\\"fo","time":${TIME}}`, now), TIME);
    assert.equal(readTimestamp(`{"level":30,"time":${TIME / 1000}}`, now), TIME);
    assert.equal(readTimestamp(`{"level":30,"timestamp":"${new Date(TIME).toISOString()}"}`, now), TIME);
  });

  it('is the time of arrival where the line tells none', () => {
    const lines = [
      lineOf({ timestamp: false }),
      'plain text',
      '{"level":30,"time":17000000000',
      '{"level":30,"time":"soon"}',
      '{"level":30,"time":null}',
      '{"level":30,"time":-5}',
      '{"level":30,"time":',
      '{"',
      '[1]',
      '"time"',
    ];
    for (const line of lines) assert.equal(readTimestamp(line, now), ARRIVAL, line);
  });

  it('ignores a text in a message that looks like a time', () => {
    assert.equal(readTimestamp(`{"msg":"x,\\"time\\":5","time":${TIME}}`, now), TIME);
  });
});

describe('level and fields of a line', () => {
  const names = levelNames();

  it("uses pino's names for its numbers", () => {
    for (const [number, name] of Object.entries(pino.levels.labels)) {
      const context = withoutParsing(() => readContext(`{"level":${number},"time":1}`, names));
      assert.equal(context.level, name);
    }
  });

  it('takes labels as they are and unknown numbers as numbers', () => {
    assert.equal(readContext('{"level":"audit","time":1}', names).level, 'audit');
    assert.equal(readContext('{"level":35,"time":1}', names).level, '35');
  });

  it('knows custom levels, also one that renames a number of pino', () => {
    const custom = levelNames({ audit: 35, notice: 30 });
    assert.equal(readContext('{"level":35}', custom).level, 'audit');
    assert.equal(readContext('{"level":30}', custom).level, 'notice');
  });

  it('finds the level by parsing where the line begins otherwise', () => {
    assert.equal(readContext('{"time":1,"level":50}', names).level, 'error');
    assert.equal(readContext('{"time":1,"level":{}}', names).level, undefined);
    assert.equal(readContext('no json', names).level, undefined);
  });

  it('parses the line once, and only when fields are asked for', () => {
    const { fields } = withoutParsing(() => readContext('{"level":30,"time":1,"a":{"b":"c"}}', names));
    assert.ok(typeof fields === 'function');
    assert.deepEqual(fields().a, { b: 'c' });
    assert.equal(fields(), fields());
  });

  it('has no fields where the line is not a JSON object', () => {
    for (const line of ['text', '{"a":', '[1,2]', 'null']) {
      const { fields } = readContext(line, names);
      assert.ok(typeof fields === 'function');
      assert.deepEqual(fields(), {});
    }
  });
});
