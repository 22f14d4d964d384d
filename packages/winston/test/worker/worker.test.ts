import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { LocalCloudWatchLogs } from 'cloudwatch-logs-local';
import winston from 'winston';
import {
  type BatchDelivered,
  type CloudWatchTransport,
  type Drop,
  isHealthy,
  type PublisherStats,
  type Warning,
} from '../../src/index.ts';
import { endpoint, GROUP, LONG, linesOf, recordsOf, transportTo } from '../endpoint.ts';
import { stalling } from './stalling.ts';

const text = winston.format.printf(({ message }) => String(message));

/** A transport that publishes from a worker, and a logger on it. */
function inWorker(
  t: TestContext,
  local: LocalCloudWatchLogs,
  options: Parameters<typeof transportTo>[2] = {},
  format: winston.Logform.Format = text,
) {
  const transport = transportTo(t, local, { ...options, worker: true });
  return { transport, logger: winston.createLogger({ format, transports: [transport] }) };
}

function assertLaw(transport: CloudWatchTransport): void {
  const { received, delivered, dropped, rejected, buffered, inFlight, spooled } = transport.stats();
  const given = Object.values({ ...dropped, ...rejected }).reduce((sum, one) => sum + one, 0);
  assert.equal(received, delivered + given + buffered + inFlight + spooled);
}

/** Resolves with a warning of which this is the text, and takes all others. */
function warningOf(transport: CloudWatchTransport, message: RegExp): Promise<Warning> {
  return new Promise((resolve) => {
    transport.on('warn', (warning) => {
      if (message.test(warning.message)) resolve(warning);
    });
  });
}

function unsettled(transport: CloudWatchTransport): number {
  const { buffered, inFlight } = transport.stats();
  return buffered + inFlight;
}

describe('a transport with a worker', () => {
  it('stores a burst of 100,000 lines once, in the order logged', async (t) => {
    const local = await endpoint(t);
    const { transport, logger } = inWorker(t, local);
    const count = 100_000;
    const line = (i: number) => (i % 1000 === 7 ? `line ${i}\n  at é😀` : `line ${i}`);
    for (let i = 0; i < count; i++) logger.info(line(i));
    assert.equal(transport.stats().received, count, 'at once');
    assert.deepEqual(await transport.flush(LONG), { delivered: count, dropped: 0, pending: 0 });
    const lines = linesOf(local);
    assert.equal(lines.length, count);
    lines.forEach((stored, i) => {
      assert.equal(stored, line(i));
    });
    assertLaw(transport);
  });

  it('keeps the counters adding up at every sample, and exact after a flush', async (t) => {
    const local = await endpoint(t, { faults: [{ kind: 'latency', ms: 5 }] });
    const { transport, logger } = inWorker(t, local, {
      maxBatchEvents: 50,
      maxEventBytes: 64,
      oversize: 'drop',
    });
    transport.on('warn', () => {}); // about the lines that are too large
    const count = 5000;
    for (let i = 0; i < count; i++) {
      logger.info(i % 100 === 0 ? 'x'.repeat(100) : `line ${i}`);
      if (i % 50 !== 0) continue;
      assertLaw(transport);
      assert.equal(transport.stats().received, i + 1);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await transport.flush(LONG);
    const { received, delivered, dropped, buffered, inFlight } = transport.stats();
    assert.deepEqual(
      { received, delivered, oversize: dropped.oversize, buffered, inFlight },
      { received: count, delivered: count - 50, oversize: 50, buffered: 0, inFlight: 0 },
    );
  });

  it('tells the counters by itself', async (t) => {
    const local = await endpoint(t);
    const { transport, logger } = inWorker(t, local);
    const stored = once(transport, 'batch'); // comes together with the counters, just before them
    logger.info('x');
    const held = setInterval(() => {}, 1000); // an idle transport does not hold the process
    await stored;
    while (transport.stats().delivered === 0) await new Promise((resolve) => setImmediate(resolve));
    clearInterval(held);
    assert.equal(transport.stats().buffered, 0);
  });

  it('names the streams as a transport without one does', async (t) => {
    const local = await endpoint(t);
    const logStreamName = '{level}/{field:tenant.id}/{field:flag}/{field:list.0}';
    const records: [string, string, object][] = [
      ['info', 'a', { tenant: { id: 't1' }, flag: true }],
      ['info', 'a\nb', { tenant: { id: 't1' }, flag: true }],
      ['warn', 'c', { tenant: 'no object', list: [3, 4] }],
      ['error', 'd', { tenant: { id: '' }, flag: null }],
      ['info', 'e', {}],
    ];
    const format = winston.format.combine(winston.format.colorize(), winston.format.json());
    for (const worker of [false, true]) {
      const transport = transportTo(t, local, { logGroupName: `${GROUP}-${worker}`, logStreamName, worker });
      const logger = winston.createLogger({ format, transports: [transport] });
      for (const [level, message, fields] of records) logger.log(level, message, fields);
      await transport.flush(LONG);
    }
    const [inThis, inOther] = local.groups();
    assert.deepEqual(inOther.streams, inThis.streams);
    assert.equal(inThis.streams.length, 4);
  });

  it('stores what is odd: multi-line and huge lines, NUL and lone surrogates', async (t) => {
    const local = await endpoint(t);
    const { transport, logger } = inWorker(t, local);
    for (const line of ['a\r\nb\r', '\0', 'lone \ud800 end', '=', 'x'.repeat(3_000_000)]) logger.info(line);
    await transport.flush(LONG);
    assert.equal(transport.stats().delivered, 5);
    const [first, second, third, fourth, ...parts] = linesOf(local);
    assert.deepEqual([first, second, third, fourth], ['a\r\nb\r', '\0', 'lone \ufffd end', '=']);
    assert.equal(parts.join(''), 'x'.repeat(3_000_000));
  });

  it('refuses a line that no buffer would take', async (t) => {
    const local = await endpoint(t);
    const { transport, logger } = inWorker(t, local, { maxBufferBytes: 1_000_000 });
    const codes: string[] = [];
    transport.on('warn', ({ code }) => codes.push(code));
    logger.info('first');
    logger.info('x'.repeat(1_000_000));
    logger.info('small');
    await transport.flush(LONG);
    assert.deepEqual(codes, ['overflow']);
    assert.equal(transport.stats().dropped.overflow, 1);
    assert.deepEqual(linesOf(local), ['first', 'small']);
    assertLaw(transport);
  });

  it('writes an error in full, as a transport without one does', async (t) => {
    const local = await endpoint(t);
    const { transport, logger } = inWorker(t, local, {}, winston.format.json());
    logger.error('failed', { err: new Error('why', { cause: new Error('deeper') }) });
    await transport.flush(LONG);
    const { err } = recordsOf(local)[0] as { err: Error & { cause: Error } };
    assert.equal(err.cause.message, 'deeper');
  });

  it('emits warnings, drops, batches and conflicts, on the transport and on its logger', async (t) => {
    const local = await endpoint(t, {
      sequenceTokens: 'enforced',
      faults: [{ kind: 'rival', after: 1, times: 1 }],
    });
    const { transport, logger } = inWorker(t, local, {
      oversize: 'drop',
      maxEventBytes: 100,
      flushIntervalMs: 1,
    });
    const warnings: Warning[] = [];
    const drops: Drop[] = [];
    const batches: BatchDelivered[] = [];
    const onLogger: unknown[] = [];
    transport.on('warn', (warning) => warnings.push(warning));
    transport.on('drop', (drop) => drops.push(drop));
    transport.on('batch', (batch) => batches.push(batch));
    logger.on('warn', (warning) => onLogger.push(warning));
    logger.info('x'.repeat(200));
    logger.info('x'.repeat(200));
    logger.info('fits');
    await transport.flush(LONG);
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['oversize'],
    );
    assert.deepEqual(onLogger, warnings);
    assert.equal(
      drops.reduce((sum, { reason, events }) => sum + (reason === 'oversize' ? events : 0), 0),
      2,
    );
    assert.equal(batches[0].events, 1);
  });

  it('goes on when a listener throws', async (t) => {
    const local = await endpoint(t);
    const { transport, logger } = inWorker(t, local);
    transport.on('error', (error) => assert.fail(error));
    transport.on('batch', () => {
      throw new Error('a listener of the application');
    });
    for (const line of ['one', 'two']) {
      logger.info(line);
      assert.deepEqual(await transport.flush(LONG), { delivered: 1, dropped: 0, pending: 0 });
    }
  });

  it('says after a flush what its time did not suffice for, and delivers that later', async (t) => {
    const local = await endpoint(t);
    await local.stop();
    const { transport, logger } = inWorker(t, local);
    transport.on('warn', () => {}); // about the endpoint
    for (let i = 0; i < 50; i++) logger.info(`line ${i}`);
    assert.deepEqual(await transport.flush({ timeoutMs: 50 }), { delivered: 0, dropped: 0, pending: 50 });
    await local.start();
    assert.deepEqual(await transport.flush(LONG), { delivered: 50, dropped: 0, pending: 0 });
    assert.deepEqual(await transport.flush(LONG), { delivered: 0, dropped: 0, pending: 0 });
  });

  it('is over when a logger that was ended says finish', async (t) => {
    const local = await endpoint(t, { faults: [{ kind: 'latency', ms: 300 }] });
    const { transport, logger } = inWorker(t, local);
    for (let i = 0; i < 1000; i++) logger.info(`line ${i}`);
    logger.end();
    await once(logger, 'finish');
    assert.equal(linesOf(local).length, 1000);
    const { delivered, buffered } = transport.stats();
    assert.deepEqual({ delivered, buffered }, { delivered: 1000, buffered: 0 });
  });

  it('may be ended in every way, several times, and counts what comes later', async (t) => {
    const local = await endpoint(t);
    const { transport, logger } = inWorker(t, local);
    const codes: string[] = [];
    transport.on('warn', ({ code }) => codes.push(code));
    transport.on('error', (error) => assert.fail(error));
    logger.info('only');
    const first = transport.shutdown();
    transport.close();
    transport.log({ level: 'info', message: 'late' });
    logger.end();
    await once(logger, 'finish');
    logger.close();
    assert.deepEqual(await transport.shutdown(), await first);
    assert.deepEqual(await first, { delivered: 1, dropped: 0, pending: 0 });
    transport.log({ level: 'info', message: 'later' });
    assert.deepEqual(await transport.flush(), { delivered: 0, dropped: 0, pending: 0 });
    assert.equal(transport.stats().dropped.shutdown, 2);
    assert.deepEqual(codes, ['shutdown']);
    assert.deepEqual(linesOf(local), ['only']);
    assertLaw(transport);
  });

  it('says what it could not send until its end', async (t) => {
    const local = await endpoint(t, { faults: [{ kind: 'hang-before', operation: '*' }] });
    const { transport, logger } = inWorker(t, local);
    const warnings: Warning[] = [];
    transport.on('warn', (warning) => warnings.push(warning));
    const dropped = once(transport, 'drop');
    for (let i = 0; i < 20; i++) logger.info(`line ${i}`);
    assert.deepEqual(await transport.shutdown({ timeoutMs: 100 }), { delivered: 0, dropped: 20, pending: 0 });
    assert.match(
      warnings.at(-1)?.message ?? '',
      /^20 log event\(s\) for log group "app" were not sent within 100 ms/,
    );
    assert.equal((await dropped)[0].events, 20);
    assert.equal(transport.stats().dropped.shutdown, 20);
    assertLaw(transport);
  });

  it('holds little memory outside of its worker in a burst without a turn of the event loop', async (t) => {
    const local = await endpoint(t, { faults: [{ kind: 'hang-before', operation: '*' }] });
    const { transport, logger } = inWorker(t, local, { maxBufferBytes: 1_000_000 });
    transport.on('warn', () => {}); // about the full buffer
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const padding = 'x'.repeat(2000);
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    for (let i = 0; i < 60_000; i++) {
      logger.info(padding); // 120 MB in all
      if (i % 10_000 !== 9999) continue;
      collectGarbage();
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    // 16 MiB that wait, and what the collector has not got round to.
    assert.ok(most < 64 * 1024 * 1024, `${most} bytes`);
    assert.equal(transport.stats().received, 60_000);
    assertLaw(transport);
    await transport.shutdown({ timeoutMs: 0 });
    assertLaw(transport);
    assert.equal(transport.stats().dropped.overflow + transport.stats().dropped.shutdown, 60_000);
  });

  for (const how of ['exit', 'throw']) {
    it(`survives the end of its thread by ${how}, counts what is lost, and starts another one`, async (t) => {
      const local = await endpoint(t);
      const clientModule = new URL(`./crashing-client.mjs?${how}`, import.meta.url).href;
      const { transport, logger } = inWorker(t, local, { aws: undefined, clientModule });
      const warnings: Warning[] = [];
      const drops: Drop[] = [];
      transport.on('error', (error) => assert.fail(error));
      transport.on('drop', (drop) => drops.push(drop));
      const warned = new Promise<void>((resolve) => {
        transport.on('warn', (warning) => {
          warnings.push(warning);
          if (warning.message.startsWith('the worker thread')) resolve();
        });
      });
      for (let i = 0; i < 10; i++) logger.info(`line ${i}`);
      const flushed = await transport.flush(LONG);
      await warned;
      assert.deepEqual(flushed, { delivered: 0, dropped: 10, pending: 0 });
      assert.ok(warnings.every(({ message }) => !message.includes('text of a log event')));
      assert.equal(
        drops.reduce((sum, { events }) => sum + events, 0),
        10,
      );
      const startedAgain = performance.now();
      for (let i = 0; i < 10; i++) logger.info(`for another thread ${i}`);
      assert.equal(transport.stats().buffered, 10, 'they wait');
      assert.equal((await transport.flush(LONG)).dropped, 10, 'with the next, which fails as well');
      assert.ok(performance.now() - startedAgain > 500, 'not started over and over');
      assert.equal(transport.stats().received, 20);
      assertLaw(transport);
    });
  }

  it('keeps the lines that its thread had not taken when that failed, and those that come later', async (t) => {
    const local = await endpoint(t);
    const clientModule = new URL('./stalling-client.mjs', import.meta.url).href;
    const stall = stalling(local);
    const { transport, logger } = inWorker(t, local, { aws: undefined, clientModule });
    const failed = warningOf(transport, /^the worker thread .* has ended/);
    logger.info('stalls');
    await stall.entered();
    for (let i = 0; i < 1000; i++) logger.info(`line ${i}`);
    assert.equal(unsettled(transport), 1001); // hands over what was gathered
    stall.fail();
    await failed;
    for (let i = 1000; i < 2000; i++) logger.info(`line ${i}`);
    const flushed = await transport.flush(LONG);
    assert.equal(flushed.delivered, 2000);
    assert.deepEqual(
      linesOf(local),
      Array.from({ length: 2000 }, (_, i) => `line ${i}`),
    );
    assert.equal(transport.stats().dropped.shutdown, 1, 'the line that the thread had');
    assertLaw(transport);
  });

  it('never waits for a thread that stalls, and loses nothing while there is memory', async (t) => {
    const local = await endpoint(t);
    const clientModule = new URL('./stalling-client.mjs', import.meta.url).href;
    const stall = stalling(local);
    const { transport, logger } = inWorker(t, local, { aws: undefined, clientModule });
    logger.info('stalls');
    await stall.entered();
    const count = 50_000;
    const padding = 'x'.repeat(500); // 25 MB: more than is on its way to a thread
    let longestMs = 0;
    for (let i = 0; i < count; i++) {
      const before = performance.now();
      logger.info(`${i} ${padding}`);
      longestMs = Math.max(longestMs, performance.now() - before);
    }
    assert.ok(longestMs < 1000, `a call took ${longestMs} ms`);
    assert.equal(unsettled(transport), count + 1);
    assert.equal((await transport.flush({ timeoutMs: 10 })).pending, count + 1);
    stall.goOn();
    // The first line may be stored before the thread reads that somebody flushes.
    const { dropped, pending } = await transport.flush(LONG);
    assert.deepEqual({ dropped, pending }, { dropped: 0, pending: 0 });
    assert.equal(transport.stats().delivered, count + 1);
    assert.deepEqual(
      linesOf(local).map((line) => line.split(' ')[0]),
      ['stalls', ...Array.from({ length: count }, (_, i) => String(i))],
    );
  });

  for (const overflow of ['drop-oldest', 'drop-newest'] as const) {
    it(`keeps to ${overflow} while its thread stalls`, async (t) => {
      const local = await endpoint(t);
      const clientModule = new URL('./stalling-client.mjs', import.meta.url).href;
      const stall = stalling(local);
      const maxBufferBytes = 1_000_000;
      const options = { aws: undefined, clientModule, maxBufferBytes, overflow };
      const { transport, logger } = inWorker(t, local, options);
      const drops: Drop[] = [];
      transport.on('drop', (drop) => drops.push(drop));
      const warned = warningOf(transport, /^the worker thread takes lines more slowly/);
      logger.info('stalls');
      await stall.entered();
      const count = 10_000;
      for (let i = 0; i < count; i++) logger.info(`${i} ${'x'.repeat(200)}`); // 2.3 MB
      assertLaw(transport);
      const { dropped, buffered } = transport.stats();
      assert.ok(dropped.overflow > 0);
      assert.ok(buffered * 226 <= maxBufferBytes, `${buffered} lines wait`);
      await warned;
      stall.goOn();
      await transport.flush(LONG);
      const numbers = linesOf(local)
        .slice(1)
        .map((line) => Number(line.split(' ')[0]));
      assert.deepEqual(
        numbers,
        [...new Set(numbers)].sort((a, b) => a - b),
        'in order',
      );
      assert.equal(numbers.at(-1) === count - 1, overflow === 'drop-oldest', `the last is ${numbers.at(-1)}`);
      assert.equal(
        drops.reduce((sum, { events }) => sum + events, 0),
        transport.stats().dropped.overflow,
      );
      assertLaw(transport);
    });
  }

  it('is not healthy while the buffer of its worker is full, though the one in front of it is empty', async (t) => {
    const local = await endpoint(t, { faults: [{ kind: 'reset-before', operation: '*' }] });
    const { transport, logger } = inWorker(t, local, { maxBufferBytes: 1_000_000 });
    transport.on('warn', () => {});
    for (let i = 0; i < 10_000; i++) logger.info(`${i} ${'x'.repeat(200)}`); // 2.3 MB
    const isTaken = ({ maxBufferBytes, bufferedBytes }: PublisherStats) =>
      maxBufferBytes === 2_000_000 && bufferedBytes <= 1_000_000;
    while (!isTaken(transport.stats())) await new Promise((resolve) => setImmediate(resolve));
    const stats = transport.stats();
    assert.ok(stats.bufferUse > 0.9 && stats.bufferUse <= 1, `${stats.bufferUse}`);
    assert.equal(isHealthy(stats, { maxLagMs: 600_000 }), false);
  });

  it('keeps the errors of its loggers while its thread stalls, with drop-lowest', async (t) => {
    const local = await endpoint(t);
    const clientModule = new URL('./stalling-client.mjs', import.meta.url).href;
    const stall = stalling(local);
    const options = {
      aws: undefined,
      clientModule,
      maxBufferBytes: 1_000_000,
      overflow: 'drop-lowest',
    } as const;
    const transport = transportTo(t, local, { ...options, worker: true });
    const levels = { meltdown: 0, calm: 1 };
    const logger = winston.createLogger({ levels, level: 'calm', format: text, transports: [transport] });
    const drops: Drop[] = [];
    transport.on('drop', (drop) => drops.push(drop));
    transport.on('warn', () => {});
    logger.log('calm', 'stalls');
    await stall.entered();
    const count = 10_000;
    const isSevere = (i: number) => i % 100 === 50;
    for (let i = 0; i < count; i++) logger.log(isSevere(i) ? 'meltdown' : 'calm', `${i} ${'x'.repeat(200)}`); // 2.3 MB
    assertLaw(transport);
    assert.ok(transport.stats().buffered * 226 <= options.maxBufferBytes);
    stall.goOn();
    await transport.flush(LONG);
    const numbers = linesOf(local)
      .slice(1)
      .flatMap((line) => Number.parseInt(line, 10) || []);
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].sort((a, b) => a - b),
      'in order',
    );
    assert.equal(numbers.filter(isSevere).length, count / 100);
    assert.equal(numbers.at(-1), count - 1, 'of equal ones the oldest go');
    const told = drops.reduce((sum, drop) => sum + (drop.levels?.calm ?? 0), 0);
    assert.equal(told, transport.stats().dropped.overflow);
    assertLaw(transport);
  });

  it('serves several loggers, and several transports serve one', async (t) => {
    const local = await endpoint(t);
    const names = ['first', 'second'];
    const transports = names.map((logStreamName) => transportTo(t, local, { logStreamName, worker: true }));
    const loggers = names.map(() => winston.createLogger({ format: text, transports }));
    for (const logger of loggers) logger.info('x');
    await Promise.all(transports.map((transport) => transport.flush(LONG)));
    for (const transport of transports) assert.equal(transport.stats().delivered, 2);
    assert.equal(linesOf(local).length, 4);
  });
});
