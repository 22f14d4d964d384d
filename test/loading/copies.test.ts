import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { finished } from 'node:stream/promises';
import { test } from 'node:test';
import { startLocal } from 'cloudwatch-logs-local';
import winston from 'winston';

const require = createRequire(import.meta.url);
const OURS = /[\\/]packages[\\/](?:publisher|pino|winston)[\\/]dist[\\/]/;
const KEY = Symbol.for('cloudwatch-logs-publisher.process-listeners');
const EVENTS = ['exit', 'beforeExit', 'worker'] as const;

/** Loads the packages once more, as test runners do for each test. */
function loadAnew(): typeof import('winston-cloudwatch-logs') & typeof import('pino-cloudwatch-logs') {
  for (const file of Object.keys(require.cache)) if (OURS.test(file)) delete require.cache[file];
  return { ...require('pino-cloudwatch-logs'), ...require('winston-cloudwatch-logs') };
}

test('many copies of the packages listen to the process as one, and each delivers', async (t) => {
  const local = await startLocal();
  t.after(() => local.close());
  const warned: string[] = [];
  const onWarning = ({ name }: Error) => void warned.push(name);
  process.on('warning', onWarning);
  t.after(() => process.off('warning', onWarning));
  const counts = () => EVENTS.map((event) => process.listenerCount(event));
  const options = {
    logGroupName: 'app',
    aws: {
      endpoint: local.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    },
  };
  const start = () => {
    const { CloudWatchTransport, cloudWatchTransport } = loadAnew();
    const transport = new CloudWatchTransport(options);
    const stream = cloudWatchTransport(options);
    winston.createLogger({ transports: [transport] }).info('paid');
    stream.write('{"level":30,"msg":"paid"}\n');
    return [transport, stream];
  };
  const started = start();
  const ofOne = counts();
  for (let i = 1; i < 12; i++) started.push(...start());
  assert.deepEqual(counts(), ofOne);
  for (const one of started) {
    await one?.flush();
    assert.equal(one?.stats().delivered, 1);
  }
  assert.doesNotMatch(warned.join(), /MaxListeners/);
  for (const one of started) one?.end();
  await Promise.all(started.map(async (one) => one && finished(one)));
  const registry = globalThis as { [KEY]?: Map<string, { listeners: Set<unknown> }> };
  const held = [...(registry[KEY] ?? [])].filter(([purpose]) => /guard|after exit/.test(purpose));
  assert.deepEqual(
    held.map(([purpose, { listeners }]) => [purpose, listeners.size]),
    [
      ['beforeExit guard', 0],
      ['exit guard', 0],
      ['after exit', 0],
    ],
    'a copy that nobody uses any more is held by the process',
  );
});
