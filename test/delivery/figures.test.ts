import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  isHealthy,
  type PossibleDuplicates,
  Publisher,
  type PublisherStats,
} from 'cloudwatch-logs-publisher';
import pino from 'pino';
import * as pinoPackage from 'pino-cloudwatch-logs';
import { cloudWatchTarget } from 'pino-cloudwatch-logs';
import winston from 'winston';
import * as winstonPackage from 'winston-cloudwatch-logs';
import { atEnd } from '../fixtures/at-end.js';
import { logGroupName, optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { assertLaw } from '../fixtures/law.js';
import { numbered } from '../fixtures/numbered.js';
import { SHIPPERS, start } from '../fixtures/shippers.js';

// The figures that a service is operated by, whichever way it logs.

for (const name of Object.keys(SHIPPERS)) {
  test(`while nothing is stored the oldest event ages and the buffer fills: ${name}`, async (t) => {
    const local = await startEndpoint(t);
    const shipper = start(t, name, optionsFor(local));
    shipper.log(numbered(0));
    assert.deepEqual(await shipper.flush(), { delivered: 1, dropped: 0, pending: 0 });
    const before = await shipper.stats();
    assert.deepEqual([before.bufferedBytes, before.oldestEventAgeMs], [0, 0]);
    assert.ok(Math.abs((before.lastSuccessAt ?? 0) - Date.now()) < 60_000);
    assert.deepEqual(before.recentStreams, [{ logGroupName, logStreamName: 'main' }]);
    assert.ok(before.maxBufferBytes >= 64 * 1024 * 1024);
    assert.equal(isHealthy(before), true);

    local.faults.set([{ kind: 'unavailable' }]);
    for (let i = 1; i <= 10; i++) shipper.log(numbered(i));
    let during: PublisherStats;
    do during = await shipper.stats();
    while (during.oldestEventAgeMs < 700);
    assertLaw(during);
    assert.ok(during.bufferedBytes >= 10 * 26, `${during.bufferedBytes}`);
    assert.equal(during.lastSuccessAt, before.lastSuccessAt);
    assert.equal(isHealthy(during, { maxLagMs: 500 }), false);
    assert.equal(isHealthy(during), true);

    local.faults.clear();
    assert.equal((await shipper.flush()).pending, 0);
    const after = await shipper.stats();
    assert.deepEqual([after.bufferedBytes, after.oldestEventAgeMs], [0, 0]);
    assert.equal(after.maxBufferBytes, before.maxBufferBytes);
    assert.ok((after.lastSuccessAt ?? 0) >= (before.lastSuccessAt ?? 0));
  });
}

test('a worker of pino tells its counters by itself', async (t) => {
  const local = await startEndpoint(t);
  const transport = pino.transport(cloudWatchTarget(optionsFor(local)));
  atEnd(t, async () => {
    transport.end();
    await once(transport, 'close');
  });
  pino(transport).info('a line');
  let stats: PublisherStats;
  do [stats] = (await once(transport, 'cloudwatch:stats')) as [PublisherStats];
  while (stats.delivered === 0);
  assertLaw(stats);
  assert.equal(stats.streams, 1);
});

test('the queries of possible duplicates show the copies, and the stream without them', async (t) => {
  const local = await startEndpoint(t, { faults: [{ kind: 'reset-after', after: 2, times: 1 }] });
  const options = optionsFor(local);
  const publisher = new Publisher({ ...options, logStreamName: 'a "quoted" one' });
  const told: PossibleDuplicates[] = [];
  publisher.on('duplicates', (duplicates) => told.push(duplicates));
  publisher.on('warn', () => {});
  publisher.publish({ timestamp: Date.now(), message: 'the first put finds no group' });
  await publisher.flush();
  for (let i = 0; i < 3; i++) publisher.publish({ timestamp: Date.now(), message: `line ${i}` });
  await publisher.close();
  const [duplicates] = told;
  assert.ok(duplicates);
  assert.equal(publisher.stats().possibleDuplicates, duplicates.copies);
  const client = new CloudWatchLogsClient(options.aws);
  atEnd(t, () => client.destroy());
  const query = async (queryString: string) => {
    const startTime = Math.floor(duplicates.from / 1000) - 60;
    const endTime = Math.ceil(duplicates.to / 1000) + 60;
    const { queryId } = await client.send(
      new StartQueryCommand({ logGroupName, queryString, startTime, endTime }),
    );
    for (;;) {
      const { status, results = [] } = await client.send(new GetQueryResultsCommand({ queryId }));
      if (status === 'Complete')
        return results.map((row) => row.find(({ field }) => field === '@message')?.value);
      await turn();
    }
  };
  const stored = local.events({ logGroupName }).filter(({ message }) => message.startsWith('line'));
  assert.equal(stored.length, 3 + duplicates.copies);
  assert.deepEqual((await query(duplicates.show)).sort(), ['line 0', 'line 1', 'line 2']);
  const kept = (await query(duplicates.remove)).filter((message) => message?.startsWith('line'));
  assert.deepEqual(kept.sort(), ['line 0', 'line 1', 'line 2']);
});

test('every package answers whether logs arrive in time', () => {
  assert.equal(pinoPackage.isHealthy, isHealthy);
  assert.equal(winstonPackage.isHealthy, isHealthy);
});

for (const worker of [false, true]) {
  test(`winston tells where logs go, once for what is made and once for each stream: worker ${worker}`, async (t) => {
    const local = await startEndpoint(t);
    const transport = new winstonPackage.CloudWatchTransport({ ...optionsFor(local), worker });
    const told: [string, winstonPackage.Place][] = [];
    transport.on('created', (place) => told.push(['created', place]));
    transport.on('started', (place) => told.push(['started', place]));
    const logger = winston.createLogger({ transports: [transport] });
    for (let i = 0; i < 3; i++) {
      logger.info('a line');
      await transport.flush();
    }
    await transport.shutdown();
    const place = { logGroupName, region: 'us-east-1', console: undefined };
    assert.deepEqual(told, [
      ['created', place],
      ['created', { ...place, logStreamName: 'main' }],
      ['started', { ...place, logStreamName: 'main' }],
    ]);
  });
}

for (const inWorker of [false, true]) {
  test(`pino tells where logs go: ${inWorker ? 'from a worker' : 'in-process'}`, async (t) => {
    const local = await startEndpoint(t);
    const stream = inWorker
      ? pino.transport(cloudWatchTarget(optionsFor(local)))
      : pinoPackage.cloudWatchTransport(optionsFor(local));
    const created: (string | undefined)[] = [];
    stream.on('cloudwatch:created', ({ logStreamName }) => created.push(logStreamName));
    const started = once(stream, 'cloudwatch:started');
    pino(stream).info('a line');
    const [{ logStreamName, region }] = await started;
    assert.deepEqual([created, logStreamName, region], [[undefined, 'main'], 'main', 'us-east-1']);
    stream.end();
    await once(stream, 'close');
  });
}
