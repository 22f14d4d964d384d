import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventEmitter, once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { type LocalCloudWatchLogs, startLocal } from 'cloudwatch-logs-local';
import pino from 'pino';
import { cloudWatchTarget, cloudWatchTransport, flushTransport } from 'pino-cloudwatch-logs';
import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';
import { optionsFor } from './application.ts';

const NAMES = ['created', 'started', 'batch', 'conflict'];

let local: LocalCloudWatchLogs;
before(async () => {
  local = await startLocal({ sequenceTokens: 'enforced' });
});
after(() => local.close());

/** Fields of each event by the name of the event, once all have come. */
async function facts(emitter: EventEmitter, prefix: string): Promise<Record<string, string[]>> {
  const heard = await Promise.all(
    NAMES.map(async (name) => {
      const [payload] = await once(emitter, `${prefix}${name}`, { signal: AbortSignal.timeout(60_000) });
      return [name, Object.keys(payload).sort()] as const;
    }),
  );
  return Object.fromEntries(heard);
}

/** Options for a group of its own whose second put meets a conflict. */
function optionsOf(logGroupName: string) {
  return optionsFor(local.endpoint, logGroupName);
}

async function logTwice(log: (text: string) => void, flush: () => Promise<unknown>): Promise<void> {
  log('one');
  await flush();
  local.faults.set([{ kind: 'rival', times: 1 } as never]);
  log('two');
  await flush();
}

describe('the same facts have the same names', () => {
  const seen: Record<string, Record<string, string[]>> = {};

  it('in-process, and on the channels of diagnostics', async () => {
    const stream = cloudWatchTransport(optionsOf('names-in-process'));
    const channels = new EventEmitter();
    const listeners = NAMES.map((name) => {
      const listener = (payload: unknown) => void channels.emit(name, payload);
      subscribe(`cloudwatch-logs:${name}`, listener);
      return () => unsubscribe(`cloudwatch-logs:${name}`, listener);
    });
    const heard = Promise.all([facts(stream, 'cloudwatch:'), facts(channels, '')]);
    const logger = pino(stream);
    await logTwice(
      (text) => logger.info(text),
      () => stream.flush(),
    );
    [seen.stream, seen.channels] = await heard;
    for (const stop of listeners) stop();
    stream.end();
    await once(stream, 'close');
  });

  it('in a worker of pino', async () => {
    const transport = pino.transport(cloudWatchTarget(optionsOf('names-worker')));
    const heard = facts(transport, 'cloudwatch:');
    const logger = pino(transport);
    await logTwice(
      (text) => logger.info(text),
      () => flushTransport(logger),
    );
    seen.worker = await heard;
    transport.end();
    await once(transport, 'close');
  });

  for (const worker of [false, true]) {
    it(`in winston, worker: ${worker}`, async () => {
      const transport = new CloudWatchTransport({ ...optionsOf(`names-winston-${worker}`), worker });
      const heard = facts(transport, '');
      const logger = winston.createLogger({ transports: [transport] });
      await logTwice(
        (text) => logger.info(text),
        () => transport.flush(),
      );
      seen[`winston ${worker}`] = await heard;
      await transport.shutdown();
    });
  }

  it('with the same fields', () => {
    assert.equal(Object.keys(seen).length, 5);
    for (const [way, heard] of Object.entries(seen)) assert.deepEqual(heard, seen.channels, way);
  });
});
