import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { startLocal } from 'cloudwatch-logs-local';
import winston from 'winston';
import TransportStream from 'winston-transport';
import type { CloudWatchTransport } from '../src/index.ts';
import { LEVEL } from '../src/log-info.ts';
import { endpoint, GROUP, LONG, linesOf, recordsOf, transportTo } from './endpoint.ts';

const text = winston.format.printf(({ message }) => String(message));

/** A sibling that counts what reaches it. */
class Counter extends TransportStream {
  lines = 0;
  override log(_: unknown, callback: () => void): void {
    this.lines++;
    callback();
  }
}

/** A sibling that takes one line and never asks for another. */
class Stalled extends TransportStream {
  override log(): void {}
}

function settled(transport: CloudWatchTransport): void {
  const { received, delivered, dropped, rejected, buffered, inFlight, spooled } = transport.stats();
  const given = Object.values({ ...dropped, ...rejected }).reduce((sum, one) => sum + one, 0);
  assert.equal(received, delivered + given + buffered + inFlight + spooled);
}

describe('delivery', () => {
  it('stores a burst of 100,000 lines once, in the order logged, also within one millisecond', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local);
    const logger = winston.createLogger({ format: text, transports: [transport] });
    const count = 100_000;
    for (let i = 0; i < count; i++) logger.info(`line ${i}`);
    assert.deepEqual(await transport.flush(LONG), { delivered: count, dropped: 0, pending: 0 });
    const lines = linesOf(local);
    assert.equal(lines.length, count);
    lines.forEach((line, i) => {
      assert.equal(line, `line ${i}`);
    });
    const refusals = Object.keys(local.stats().errors);
    assert.deepEqual(refusals, ['ResourceNotFoundException'], 'no put was refused by a limit');
    settled(transport);
  });

  it('never delays a sibling, whatever the endpoint does', async (t) => {
    const local = await endpoint(t, { faults: [{ kind: 'hang-before', operation: '*' }] });
    const transport = transportTo(t, local, { maxBufferBytes: 1_000_000 });
    transport.on('warn', () => {}); // about the full buffer
    const sibling = new Counter();
    const logger = winston.createLogger({ format: text, transports: [transport, sibling] });
    const count = 100_000;
    for (let i = 0; i < count; i++) logger.info(`line ${i}`);
    assert.equal(sibling.lines, count, 'at once, without a turn of the event loop');
    assert.equal(transport.stats().received, count);
    settled(transport);
  });

  it('gets the lines that a logger holds back behind a stalled sibling, when it is flushed', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local);
    const logger = winston.createLogger({ format: text, transports: [new Stalled(), transport] });
    for (let i = 0; i < 100; i++) logger.info(`line ${i}`);
    assert.ok(transport.stats().received < 100, 'winston does hold lines back');
    assert.deepEqual(await transport.flush(LONG), { delivered: 100, dropped: 0, pending: 0 });
    assert.deepEqual(
      linesOf(local),
      Array.from({ length: 100 }, (_, i) => `line ${i}`),
    );
  });

  it('flushes what was logged before there was a transport', async (t) => {
    const local = await endpoint(t);
    const logger = winston.createLogger({ format: text, silent: false, transports: [new Counter()] });
    const transport = transportTo(t, local);
    logger.add(transport);
    logger.info('at once');
    assert.equal((await transport.flush(LONG)).delivered, 1);
  });

  it('is over when a logger that was ended says finish, with an endpoint that takes 700 ms', async (t) => {
    const local = await endpoint(t, { faults: [{ kind: 'latency', ms: 700 }] });
    const transport = transportTo(t, local);
    const logger = winston.createLogger({ format: text, transports: [transport] });
    for (let i = 0; i < 1000; i++) logger.info(`line ${i}`);
    logger.end();
    await once(logger, 'finish');
    assert.equal(linesOf(local).length, 1000);
    assert.equal(transport.finished, true);
    settled(transport);
  });

  for (const [name, leave] of [
    ['logger.close()', (logger: winston.Logger) => logger.close()],
    ['logger.remove()', (logger: winston.Logger, own: CloudWatchTransport) => logger.remove(own)],
    ['logger.clear()', (logger: winston.Logger) => logger.clear()],
    ['transport.close()', (_: winston.Logger, own: CloudWatchTransport) => own.close()],
    ['transport.destroy()', (_: winston.Logger, own: CloudWatchTransport) => own.destroy()],
  ] as const) {
    it(`goes on to the end after ${name}`, async (t) => {
      const local = await endpoint(t);
      const transport = transportTo(t, local, { flushIntervalMs: 60_000 });
      const logger = winston.createLogger({ format: text, transports: [transport] });
      for (let i = 0; i < 100; i++) logger.info(`line ${i}`);
      leave(logger, transport);
      await local.waitFor(() => linesOf(local).length === 100);
      assert.deepEqual(await transport.shutdown(), { delivered: 100, dropped: 0, pending: 0 });
    });
  }

  for (const worker of [false, true]) {
    it(`counts a line after destroy(), and throws nothing${worker ? ', with a worker' : ''}`, async (t) => {
      const local = await endpoint(t, { faults: [{ kind: 'latency', ms: 100, operation: '*' }] });
      const transport = transportTo(t, local, { worker });
      transport.on('warn', () => {}); // about the late line
      const logger = winston.createLogger({ format: text, transports: [transport] });
      logger.info('before');
      transport.destroy();
      logger.info('after');
      await transport.shutdown();
      assert.deepEqual(linesOf(local), ['before']);
      assert.equal(transport.stats().dropped.shutdown, 1);
      settled(transport);
    });
  }

  it('may be ended in every way, several times', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local);
    const logger = winston.createLogger({ format: text, transports: [transport] });
    logger.info('only');
    const first = transport.shutdown();
    transport.close();
    logger.end();
    await once(logger, 'finish');
    logger.close();
    transport.end();
    assert.deepEqual(await transport.shutdown(), await first);
    assert.deepEqual(await first, { delivered: 1, dropped: 0, pending: 0 });
    assert.deepEqual(linesOf(local), ['only']);
  });

  it('serves several loggers until the last one lets go', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local);
    const loud = winston.createLogger({ format: text, level: 'warn', transports: [transport] });
    const second = winston.createLogger({ format: text, level: 'info', transports: [transport] });
    loud.warn('from the first');
    second.warn('from the second');
    loud.close();
    second.info('after the first was closed');
    second.debug('below the level of the logger that is left');
    second.end();
    await once(second, 'finish');
    assert.deepEqual(linesOf(local), ['from the first', 'from the second', 'after the first was closed']);
  });

  it('lets every logger of a transport finish, also one that is ended later', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local);
    const loggers = [1, 2].map(() => winston.createLogger({ format: text, transports: [transport] }));
    for (const logger of loggers) logger.info('x');
    for (const logger of loggers) {
      logger.end();
      await once(logger, 'finish');
    }
    assert.equal(linesOf(local).length, 2);
  });

  it('serves twenty loggers without a warning of Node about listeners', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local);
    const warnings: Error[] = [];
    const heard = (warning: Error) => warnings.push(warning);
    process.on('warning', heard);
    t.after(() => process.off('warning', heard));
    for (let i = 0; i < 20; i++) winston.createLogger({ format: text, transports: [transport] }).info(`${i}`);
    await transport.flush(LONG);
    assert.deepEqual(
      warnings.filter(({ name }) => name === 'MaxListenersExceededWarning'),
      [],
    );
    assert.equal(linesOf(local).length, 20);
  });

  it('counts a line that comes after the end, and emits no error', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local);
    const codes: string[] = [];
    transport.on('warn', ({ code }) => codes.push(code));
    transport.on('error', (error) => assert.fail(error));
    winston.createLogger({ format: text, transports: [transport] }).info('before');
    transport.end();
    await once(transport, 'finish');
    const late = { level: 'info', message: 'late', [LEVEL]: 'info' };
    await new Promise<void>((resolve) => transport.write(late, () => resolve()));
    assert.equal(transport.stats().delivered, 1);
    assert.equal(transport.stats().dropped.shutdown, 1);
    assert.deepEqual(codes, ['shutdown']);
  });

  it('honours silent and the level as they are at the time of the line', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local);
    const logger = winston.createLogger({ format: text, transports: [transport] });
    logger.debug('no');
    logger.level = 'debug';
    logger.debug('yes 1');
    transport.level = 'error';
    logger.warn('no');
    transport.level = undefined;
    transport.silent = true;
    logger.error('no');
    transport.silent = false;
    logger.error('yes 2');
    await transport.flush(LONG);
    assert.deepEqual(linesOf(local), ['yes 1', 'yes 2']);
  });

  it('takes a frozen record, and leaves every record as it was', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local);
    const seen: object[] = [];
    const sibling = new (class extends TransportStream {
      override log(info: object, callback: () => void): void {
        seen.push(info);
        callback();
      }
    })();
    const freeze = winston.format((info) => Object.freeze(info))();
    const logger = winston.createLogger({ format: freeze, transports: [transport, sibling] });
    logger.info('cold', { error: new Error('x') });
    await transport.flush(LONG);
    assert.equal(recordsOf(local)[0].message, 'cold');
    assert.ok((seen[0] as { error: unknown }).error instanceof Error);
  });

  it('stores a record as it was when it was logged', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local);
    const logger = winston.createLogger({ transports: [transport] });
    const order = { items: 1 };
    logger.info('order', { order });
    order.items = 2;
    await transport.flush(LONG);
    assert.deepEqual(recordsOf(local)[0].order, { items: 1 });
  });

  it('keeps the format and the order of lines that were corked', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local, { format: winston.format.simple() });
    const logger = winston.createLogger({
      format: winston.format((info) => info)(),
      transports: [transport],
    });
    transport.cork();
    logger.info('one');
    logger.error(new Error('two'));
    transport.uncork();
    await transport.flush(LONG);
    const [one, two] = linesOf(local);
    assert.equal(one, 'info: one');
    assert.match(two, /^error: two /);
  });

  it('chooses the stream by level and by field', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local, { logStreamName: '{level}/{field:tenant.id}' });
    const format = winston.format.combine(winston.format.colorize(), text);
    const logger = winston.createLogger({ format, transports: [transport] });
    logger.info('a', { tenant: { id: 't1' } });
    logger.warn('b');
    await transport.flush(LONG);
    assert.deepEqual(local.groups()[0].streams, ['info/t1', 'warn/unknown']);
  });

  it('delivers after an outage what was logged in it', async (t) => {
    const local = await startLocal();
    t.after(() => local.close());
    await local.stop();
    const transport = transportTo(t, local);
    const warned = once(transport, 'warn');
    const logger = winston.createLogger({ format: text, transports: [transport] });
    for (let i = 0; i < 50; i++) logger.info(`line ${i}`);
    const flushed = transport.flush(LONG);
    const [warning] = await warned;
    assert.equal(warning.code, 'unreachable');
    await local.start();
    assert.deepEqual(await flushed, { delivered: 50, dropped: 0, pending: 0 });
    assert.equal(local.events({ logGroupName: GROUP }).length, 50);
  });

  it('stores a rejection that it was asked for, also from a winston that marks it as an exception', async (t) => {
    const local = await endpoint(t);
    const transport = transportTo(t, local, { handleRejections: true });
    const logger = winston.createLogger({ format: text, transports: [transport] });
    // As winston up to 3.11 logs them.
    for (const message of ['uncaughtException: one', 'unhandledRejection: two'])
      logger.log({ level: 'error', exception: true, message });
    logger.info('three');
    await transport.flush(LONG);
    assert.deepEqual(linesOf(local), ['unhandledRejection: two', 'three']);
  });
});
