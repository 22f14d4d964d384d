// moto is another emulation of CloudWatch Logs, written by others: what it stores was sent as the service wants it.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import pino from 'pino';
import cloudWatchTransport, { flushTransport } from 'pino-cloudwatch-logs';
import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';

const hasMoto = spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0;
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const EVENTS = 1_000;

/** Starts moto on a port that is free; resolves to the process and its address. */
async function startMoto(): Promise<{ moto: ChildProcess; endpoint: string }> {
  const moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const said: string[] = [];
  const lines = createInterface({ input: moto.stderr });
  for await (const line of lines) {
    said.push(line);
    const endpoint = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (endpoint === undefined) continue;
    moto.stderr.resume();
    return { moto, endpoint };
  }
  throw new Error(`moto_server ended without saying where it listens:\n${said.join('\n')}`);
}

describe('against moto', { skip: hasMoto ? false : 'moto_server is not on this machine' }, () => {
  let moto: ChildProcess;
  let aws: { endpoint: string; region: string; credentials: typeof credentials };
  let reader: CloudWatchLogsClient;

  before(async () => {
    const started = await startMoto();
    moto = started.moto;
    aws = { endpoint: started.endpoint, region: 'us-east-1', credentials };
    reader = new CloudWatchLogsClient(aws);
  });
  after(() => {
    reader?.destroy();
    moto?.kill('SIGKILL');
  });

  async function stored(logGroupName: string): Promise<string[]> {
    const messages: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await reader.send(new FilterLogEventsCommand({ logGroupName, nextToken }));
      for (const { message } of page.events ?? []) messages.push(message ?? '');
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return messages;
  }

  async function assertStored(logGroupName: string): Promise<void> {
    const messages = await stored(logGroupName);
    assert.deepEqual(
      messages.map((message) => Number(/number (\d+)/.exec(message)?.[1])).sort((a, b) => a - b),
      Array.from({ length: EVENTS }, (_, index) => index),
    );
    const { logGroups } = await reader.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }),
    );
    assert.equal(logGroups?.[0]?.retentionInDays, 7);
  }

  const log = (logger: { info(line: string): void }) => {
    for (let index = 0; index < EVENTS; index++) logger.info(`number ${index}`);
  };

  test('pino delivers from a worker thread, and sets the retention', async () => {
    const options = { logGroupName: 'pino-worker', retentionInDays: 7, aws };
    const transport = pino.transport({ target: 'pino-cloudwatch-logs', options });
    log(pino(transport));
    const { pending, dropped } = await flushTransport(transport);
    assert.deepEqual({ pending, dropped }, { pending: 0, dropped: 0 });
    await assertStored('pino-worker');
    transport.end();
  });

  test('pino delivers in process', async () => {
    const stream = cloudWatchTransport({ logGroupName: 'pino-in-process', retentionInDays: 7, aws });
    log(pino({}, stream));
    const { pending, dropped } = await flushTransport(stream);
    assert.deepEqual({ pending, dropped }, { pending: 0, dropped: 0 });
    await assertStored('pino-in-process');
    stream.end();
  });

  test('winston delivers', async () => {
    const transport = new CloudWatchTransport({ logGroupName: 'winston', retentionInDays: 7, aws });
    const logger = winston.createLogger({ transports: [transport] });
    log(logger);
    const { pending, dropped } = await transport.flush();
    assert.deepEqual({ pending, dropped }, { pending: 0, dropped: 0 });
    await assertStored('winston');
    logger.close();
  });
});
