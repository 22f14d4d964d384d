import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import winston from 'winston';
import type { LogLine } from '../src/index.ts';
import { endpoint, LONG, linesOf, recordsOf, transportTo } from './endpoint.ts';

const { combine, errors, json, printf, splat, timestamp } = winston.format;

interface Formats {
  readonly logger?: winston.Logform.Format;
  readonly own?: winston.Logform.Format;
  readonly line?: LogLine;
}

describe('the line that is stored', () => {
  /** What is stored when `log` uses a logger with these formats. */
  function stores(
    name: string,
    formats: Formats,
    log: (logger: winston.Logger) => void,
    check: (line: string) => void,
  ) {
    it(name, async (t) => {
      const local = await endpoint(t);
      const transport = transportTo(t, local, { format: formats.own, line: formats.line });
      const logger = winston.createLogger({ format: formats.logger, transports: [transport] });
      log(logger);
      assert.deepEqual(await transport.flush(LONG), { delivered: 1, dropped: 0, pending: 0 });
      check(linesOf(local)[0]);
    });
  }
  const is = (expected: string) => (line: string) => assert.equal(line, expected);
  const has = (expected: object) => (line: string) => {
    const record = JSON.parse(line);
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(record[name], value, name);
    return record;
  };
  const hasStack = (at: (record: Record<string, never>) => unknown) => (line: string) =>
    assert.match(String(at(JSON.parse(line))), /^\w*Error: .*\n\s+at /);
  const text = printf(({ level, message }) => `${level}: ${message}`);

  stores(
    'is JSON without any format',
    {},
    (l) => l.info('hi', { a: { b: 1 } }),
    has({ level: 'info', message: 'hi', a: { b: 1 } }),
  );
  stores('is what a format of the logger made', { logger: text }, (l) => l.info('hi'), is('info: hi'));
  stores('is what a format of the transport made', { own: text }, (l) => l.info('hi'), is('info: hi'));
  stores(
    'is what the transport made, over the logger',
    { logger: json(), own: text },
    (l) => l.warn('hi'),
    is('warn: hi'),
  );
  stores(
    "keeps the logger's line under a format that only filters",
    { logger: text, own: winston.format((info) => info)() },
    (l) => l.info('hi'),
    is('info: hi'),
  );
  stores(
    'shows what a format of the transport changed, though it makes no line',
    { own: winston.format((info) => ({ ...info, message: 'changed' }))() },
    (l) => l.info('hi'),
    has({ level: 'info', message: 'changed' }),
  );
  stores(
    'is pretty JSON where that was asked for',
    { logger: json({ space: 1 }) },
    (l) => l.info('hi'),
    is('{\n "level": "info",\n "message": "hi"\n}'),
  );
  stores(
    'is the record as JSON with line "json"',
    { logger: text, line: 'json' },
    (l) => l.info('hi'),
    has({ level: 'info', message: 'hi' }),
  );
  stores(
    'is the format\'s line with line "format", also where it loses something',
    { line: 'format' },
    (l) => l.error('ctx', { err: new Error('e3') }),
    has({ level: 'error', message: 'ctx', err: {} }),
  );

  for (const [name, logger] of [
    ['no format', undefined],
    ['json()', json()],
    ['timestamp() and json()', combine(timestamp(), json())],
    ['errors(), splat() and no line', combine(errors({ stack: true }), splat())],
    [
      'errors(), splat(), timestamp() and json()',
      combine(errors({ stack: true }), splat(), timestamp(), json()),
    ],
  ] as const) {
    stores(
      `keeps message and stack of logger.error(error) with ${name}`,
      { logger },
      (l) => l.error(new Error('e1')),
      (line) => {
        has({ level: 'error', message: 'e1' })(line);
        hasStack((record) => record.stack)(line);
      },
    );
    stores(
      `keeps message and stack of logger.error(text, error) with ${name}`,
      { logger },
      (l) => l.error('ctx', new Error('e2')),
      (line) => {
        assert.match(JSON.parse(line).message, /^(ctx e2|ctx)$|e2/);
        hasStack((record) => record.stack)(line);
      },
    );
    stores(
      `keeps message and stack of logger.error(text, { err }) with ${name}`,
      { logger },
      (l) => l.error('ctx', { err: new Error('e3') }),
      (line) => {
        has({ message: 'ctx' })(line);
        assert.equal(JSON.parse(line).err.message, 'e3');
        hasStack((record) => (record.err as { stack: unknown }).stack)(line);
      },
    );
  }
  stores(
    'keeps an error that meets a format of the transport',
    { own: combine(timestamp(), json()) },
    (l) => l.error(new TypeError('e4')),
    (line) => {
      has({ level: 'error', message: 'e4', name: 'TypeError' })(line);
      assert.ok(JSON.parse(line).timestamp);
    },
  );
  stores(
    'keeps the bare text of a format that prints no stack',
    { logger: printf(({ message }) => String(message)) },
    (l) => l.info('only this'),
    is('only this'),
  );
  stores(
    'is what a format made of the record, not what the record was before',
    { logger: combine(winston.format((info) => ({ ...info, secret: '***' }))(), json()) },
    (l) => l.info('hi', { secret: 'x', e: new Error('y') }),
    has({ secret: '***' }),
  );
  stores(
    'fills in the arguments with splat()',
    { logger: splat() },
    (l) => l.info('%s has %d', 'Ann', 3),
    has({ message: 'Ann has 3' }),
  );

  it('has the fields of a child logger and of defaultMeta', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local);
    const logger = winston.createLogger({ defaultMeta: { service: 'shop' }, transports: [transport] });
    const child = logger.child({ requestId: 'r1' });
    child.info('one');
    child.error('two', { err: new Error('x') });
    child.error(new Error('three', { cause: new Error('why') }));
    await transport.flush(LONG);
    const [one, two, three] = recordsOf(local);
    assert.deepEqual(one, { level: 'info', message: 'one', requestId: 'r1', service: 'shop' });
    assert.equal(two.requestId, 'r1');
    assert.equal((two.err as Error).message, 'x');
    assert.equal(three.message, 'three');
    assert.equal(three.requestId, 'r1');
    assert.equal((three.cause as Error).message, 'why');
  });

  it('carries the time of the timestamp() format', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local);
    const logger = winston.createLogger({ format: combine(timestamp(), json()), transports: [transport] });
    logger.info('now');
    logger.info('then', { timestamp: new Date(Date.now() - 60_000) });
    await transport.flush(LONG);
    for (const { timestamp, message } of local.events({ logGroupName: 'app' })) {
      assert.equal(timestamp, Date.parse(JSON.parse(message).timestamp));
    }
  });
});
