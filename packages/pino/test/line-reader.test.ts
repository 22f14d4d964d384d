import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it, mock } from 'node:test';
import pino from 'pino';
import { levelNames, readContext, readLevel, readTimestamp } from '../src/line-reader.ts';

const ARRIVAL = Date.UTC(2026, 0, 3);
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

  it('is found with nanoseconds, and in other units', () => {
    assert.equal(readTimestamp('{"level":30,"time":"2026-01-02T03:04:05.678901234Z"}', now), TIME);
    for (const told of [TIME / 1000, TIME * 1000, `"${TIME}"`])
      assert.equal(readTimestamp(`{"level":30,"time":${told}}`, now), TIME);
  });

  it('is kept where pino wrote it, also when CloudWatch Logs will reject it', () => {
    const old = TIME - 30 * 24 * 3_600_000;
    assert.equal(readTimestamp(`{"level":30,"time":${old},"msg":"a"}`, now), old);
    assert.equal(readTimestamp(`{"level":30,"time":"${new Date(old).toISOString()}"}`, now), old);
  });

  it('is read from the field that timeKey names, wherever it is, and from no other', () => {
    const iso = new Date(TIME).toISOString();
    const line = `{"level":30,"time":12,"a":{"ts":5},"ts":"${iso}","msg":"a"}`;
    assert.equal(readTimestamp(line, now, 'ts'), TIME);
    assert.equal(
      withoutParsing(() => readTimestamp(`{"level":30,"@timestamp":"${iso}"}`, now, '@timestamp')),
      TIME,
    );
    assert.equal(readTimestamp(`{"level":30,"time":${TIME}}`, now, 'ts'), ARRIVAL);
    assert.equal(readTimestamp('{"ts":', now, 'ts'), ARRIVAL);
    const own = lineOf({ timestamp: () => `,"when":${TIME}` });
    assert.equal(readTimestamp(own, now, 'when'), TIME);
  });

  it('is the time of arrival where the line tells none', () => {
    const lines = [
      lineOf({ timestamp: false }),
      lineOf({ timestamp: false }, (logger) => logger.info({ time: TIME, timestamp: TIME }, 'of an order')),
      lineOf({ timestamp: false, base: null }, (logger) => logger.info({ time: 12 }, 'a duration')),
      lineOf({ timestamp: () => `,"ts":${TIME}` }, (logger) => logger.info({ time: 12, timestamp: TIME })),
      'plain text',
      '{"level":30,"time":17000000000',
      '{"level":30,"time":"soon"}',
      '{"level":30,"time":null}',
      '{"level":30,"time":-5}',
      '{"level":30,"time":12}',
      '{"level":30,"time":"2026-01-02T03:04:05"}',
      '{"level":30,"time":"1/2/2026, 3:04:05 AM"}',
      '{"level":30,"time":"02/01/2026 03:04:05"}',
      `{"level":30,"time":{"time":${TIME}}}`,
      `{"level":30,"req":{"time":${TIME}}}`,
      `{"msg":"a","x":1,"timestamp":"${new Date(TIME).toISOString()}"}`,
      '{"level":30,"time":',
      '{"',
      '[1]',
      '"time"',
    ];
    for (const line of lines) assert.equal(readTimestamp(line, now), ARRIVAL, line);
  });

  it('ignores a text in a message that looks like a time', () => {
    assert.equal(readTimestamp(`{"msg":"x,\\"time\\":${TIME}","a":1}`, now), ARRIVAL);
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
    assert.equal(readContext('{"severity":"WARNING","time":1}', names).level, 'WARNING');
    assert.equal(readContext('{"log.level":"info","@timestamp":1}', names).level, 'info');
    assert.equal(readContext('{"msg":"paid","severity":"INFO"}', names).level, undefined);
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

describe('the level of a line, for what is dropped', () => {
  const names = levelNames({ audit: 35, loud: 1000 });

  it("is read from the start of pino's line, with how severe it is, without parsing it", () => {
    for (const [line, expected] of [
      [lineOf({}), { level: 'info', severity: 30 }],
      [lineOf({ base: null }, (logger) => logger.fatal('x')), { level: 'fatal', severity: 60 }],
      ['{"level":35,"time":1}', { level: 'audit', severity: 35 }],
      ['{"level":33,"time":1}', { level: '33', severity: 33 }],
      ['{"level":"loud","time":1}', { level: 'loud', severity: 1000 }],
      ['{"level":"WARN","time":1}', { level: 'WARN' }],
      [lineOf({ formatters: { level: (label) => ({ severity: label.toUpperCase() }) } }), { level: 'INFO' }],
    ] as const) {
      assert.deepEqual(
        withoutParsing(() => readLevel(line, names)),
        expected,
        line,
      );
    }
  });

  it('is found anywhere in the lines of other loggers, and is none in what is no JSON', () => {
    assert.deepEqual(readLevel('{"time":1,"level":50}', names), { level: 'error', severity: 50 });
    for (const line of ['plain', '{"level":', '{"level":null}', '{"level":{}}', '{"a":1}', '[]', ''])
      assert.deepEqual(readLevel(line, names), {}, line);
  });
});
