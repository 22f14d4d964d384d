import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import type { FlushResult, PublisherOptions, PublisherStats } from 'cloudwatch-logs-publisher';
import pino from 'pino';
import cloudWatchTransport, { flushTransport, transportStats } from 'pino-cloudwatch-logs';
import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';
import { atEnd } from '../fixtures/at-end.js';
import { logGroupName, optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { assertLaw } from '../fixtures/law.js';

// Data that is hard to write down, through both loggers: no log call throws, and what is stored can be read.

interface Logger {
  log(fields: object, text: string): void;
  flush(): Promise<FlushResult>;
  stats(): Promise<PublisherStats>;
}

type Options = PublisherOptions & { readonly logStreamName: string };
type Fields = Readonly<Record<string, unknown>>;

interface Kind {
  readonly start: (t: TestContext, options: Options) => Logger;
  /** The name of the text in a stored line. */
  readonly textKey: string;
  /** What of an Error with a cause is stored. */
  readonly checkError: (error: Fields) => void;
  /** How a BigInt is stored. */
  readonly big: string;
  /** How half a character is stored, in the text as it is read. */
  readonly half: string;
}

const PINO = {
  textKey: 'msg',
  checkError({ type, message, stack }: Fields) {
    assert.deepEqual([type, message], ['Error', 'payment failed: card refused']);
    assert.match(String(stack), /^Error: payment failed\n[\s\S]+caused by: TypeError: card refused\n/);
  },
  big: '"big":9007199254740993,',
  half: '\ufffd', // pino writes it as it is, and in UTF-8 there is no half a character
};

const WINSTON = {
  textKey: 'message',
  checkError({ name, message, stack, cause }: Fields) {
    assert.deepEqual([name, message], ['Error', 'payment failed']);
    assert.match(String(stack), /^Error: payment failed\n/);
    const { name: kind, message: why, code } = cause as Fields;
    assert.deepEqual([kind, why, code], ['TypeError', 'card refused', 'E_CARD']);
  },
  big: '"big":"9007199254740993",',
  half: '\ud800', // JSON has a way to write it
};

const KINDS: Readonly<Record<string, Kind>> = {
  'pino in a worker': { ...PINO, start: startPinoWorker },
  'pino in process': { ...PINO, start: startPinoInProcess },
  winston: { ...WINSTON, start: startWinston },
  'winston in a worker': {
    ...WINSTON,
    start: (t, options) => startWinston(t, { ...options, worker: true }),
  },
};

const LARGE = '0123456789€😀'.repeat(180_000); // more than 3 MB

for (const [name, kind] of Object.entries(KINDS)) {
  describe(name, () => {
    test('stores what is hard to write down so that it can be read', async (t) => {
      const local = await startEndpoint(t);
      const logger = kind.start(t, optionsFor(local));
      const circular: Record<string, unknown> = { name: 'order' };
      circular.self = circular;
      circular.list = [circular, { back: circular }];
      const cause = Object.assign(new TypeError('card refused'), { code: 'E_CARD' });
      logger.log({ circular }, 'a cycle');
      logger.log({ big: 9_007_199_254_740_993n, next: 1 }, 'a BigInt');
      logger.log({ err: new Error('payment failed', { cause }) }, 'an error');
      for (const text of ['half \ud800 a character', 'a NUL \0 within', '']) logger.log({}, text);

      assert.deepEqual(await logger.flush(), { delivered: 6, dropped: 0, pending: 0 });
      assertLaw(await logger.stats());
      const stored = local.events({ logGroupName }).map(({ message }) => message);
      const lines = stored.map((message): Fields => JSON.parse(message));
      assert.deepEqual(
        lines.map((line) => line[kind.textKey]),
        ['a cycle', 'a BigInt', 'an error', `half ${kind.half} a character`, 'a NUL \0 within', ''],
      );
      const { name, self } = lines[0].circular as Fields;
      assert.deepEqual([name, self], ['order', '[Circular]']);
      assert.ok(stored[1].includes(kind.big), stored[1]);
      kind.checkError(lines[2].err as Fields);
    });

    test('splits a message of 3 MB into events that are the line when they are joined', async (t) => {
      const local = await startEndpoint(t);
      const logger = kind.start(t, optionsFor(local));
      logger.log({}, LARGE);
      logger.log({}, 'after it');
      assert.deepEqual(await logger.flush(), { delivered: 2, dropped: 0, pending: 0 });
      const stats = await logger.stats();
      assertLaw(stats);
      assert.equal(stats.splitEvents, 1);
      const stored = local.events({ logGroupName }).map(({ message }) => message);
      assert.equal(JSON.parse(stored.pop() ?? '')[kind.textKey], 'after it');
      assert.equal(stored.length, 3);
      assert.ok(JSON.parse(stored.join(''))[kind.textKey] === LARGE, 'the parts are not the line');
    });

    test('counts a message of 3 MB that is to be cut or dropped', async (t) => {
      const local = await startEndpoint(t);
      const cutting = kind.start(t, { ...optionsFor(local), logStreamName: 'cut', oversize: 'truncate' });
      const dropping = kind.start(t, { ...optionsFor(local), logStreamName: 'dropped', oversize: 'drop' });
      for (const logger of [cutting, dropping]) {
        logger.log({}, LARGE);
        logger.log({}, 'after it');
        await logger.flush();
      }
      const messages = (logStreamName: string) =>
        local.events({ logGroupName, logStreamName }).map(({ message }) => message);

      const cut = await cutting.stats();
      assertLaw(cut);
      assert.deepEqual([cut.delivered, cut.truncatedEvents], [2, 1]);
      const [start, after] = messages('cut');
      const [kept, missing] = /^(.*)\[truncated (\d+) bytes\]$/.exec(start)?.slice(1) ?? [];
      assert.ok(Number(missing) > 2_000_000 && kept.includes(LARGE.slice(0, 1_000_000 / 2)));
      assert.equal(JSON.parse(after)[kind.textKey], 'after it');

      const dropped = await dropping.stats();
      assertLaw(dropped);
      assert.deepEqual([dropped.delivered, dropped.dropped.oversize], [1, 1]);
      assert.deepEqual(
        messages('dropped').map((message) => JSON.parse(message)[kind.textKey]),
        ['after it'],
      );
    });
  });
}

test('a format of winston whose text is empty, or holds NUL or half a character, is stored as readable text', async (t) => {
  const local = await startEndpoint(t);
  const format = winston.format.printf(({ message }) => String(message));
  const logger = startWinston(t, optionsFor(local), format);
  for (const text of ['half \ud800 a character', 'a NUL \0 within', '']) logger.log({ order: 7 }, text);
  assert.deepEqual(await logger.flush(), { delivered: 3, dropped: 0, pending: 0 });
  const [half, nul, empty] = local.events({ logGroupName }).map(({ message }) => message);
  assert.deepEqual([half, nul], ['half \ufffd a character', 'a NUL \0 within']);
  // CloudWatch Logs takes no event without text, so the record is stored.
  assert.deepEqual(JSON.parse(empty), { level: 'info', message: '', order: 7 });
});

function startPinoWorker(t: TestContext, options: Options): Logger {
  const transport = pino.transport({ target: 'pino-cloudwatch-logs', options });
  return ofPino(t, transport);
}

function startPinoInProcess(t: TestContext, options: Options): Logger {
  return ofPino(t, cloudWatchTransport(options));
}

function ofPino(
  t: TestContext,
  stream: ReturnType<typeof pino.transport> | ReturnType<typeof cloudWatchTransport>,
): Logger {
  const logger = pino(stream);
  const closed = once(stream, 'close');
  stream.on('cloudwatch:warn', () => {}); // of the line that is cut or dropped
  atEnd(t, async () => {
    stream.end();
    await closed;
  });
  return {
    log: (fields, text) => logger.info(fields, text),
    flush: () => flushTransport(stream),
    stats: () => transportStats(stream),
  };
}

function startWinston(
  t: TestContext,
  options: Options & { readonly worker?: boolean },
  format?: winston.Logform.Format,
): Logger {
  const transport = new CloudWatchTransport(options);
  transport.on('warn', () => {});
  const logger = winston.createLogger({ format, transports: [transport] });
  const finished = once(transport, 'finish');
  atEnd(t, async () => {
    logger.end();
    await finished;
  });
  return {
    log: (fields, text) => void logger.info(text, fields),
    flush: () => transport.flush(),
    stats: async () => transport.stats(),
  };
}
