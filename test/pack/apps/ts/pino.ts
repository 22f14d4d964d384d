import assert from 'node:assert/strict';
import pino from 'pino';
import cloudWatchTransport, {
  type CloudWatchTransportOptions,
  type FlushResult,
  flushTransport,
  cloudWatchTransport as named,
} from 'pino-cloudwatch-logs';

const logGroupName = process.env.LOG_GROUP ?? '';
const options: CloudWatchTransportOptions = { logGroupName };
const transport = pino.transport({ target: 'pino-cloudwatch-logs', options });
const worker = pino(transport);
worker.info('from the worker');

const stream = named === cloudWatchTransport ? cloudWatchTransport({ logGroupName }) : undefined;
assert.ok(stream);
const inProcess = pino({}, stream);
inProcess.info('from this thread');

flushTransport(transport, { timeoutMs: 30_000 }).then((result: FlushResult) => {
  const { delivered, dropped, pending } = result;
  assert.deepEqual({ delivered, dropped, pending }, { delivered: 1, dropped: 0, pending: 0 });
});

// @ts-expect-error The name of the log group is required.
const wrong: CloudWatchTransportOptions = {};
assert.ok(wrong);
