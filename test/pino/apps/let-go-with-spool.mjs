// Two workers of pino share a spool, and nothing else of the package is loaded here. The logger of the first is let go after its
// line, and collected; the other lives on.
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pino from 'pino';

const [endpoint, directory] = process.argv.slice(2);
const aws = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
const target = (logStreamName) => ({
  target: 'pino-cloudwatch-logs',
  options: { logGroupName: 'app', logStreamName, aws, spool: { directory, mode: 'always' } },
});
const started = (transport) => new Promise((ready) => transport.once('ready', ready));

const other = pino.transport(target('other'));
await started(other);

async function logOnce() {
  const transport = pino.transport(target('let go'));
  await started(transport);
  pino(transport).info('the only line');
  while (!isOnDisk()) await wait(20);
  return { ref: new WeakRef(transport), worker: transport.worker };
}

function isOnDisk() {
  const files = readdirSync(directory, { recursive: true }).filter((file) => file.endsWith('.segment'));
  return files.some((file) => statSync(path.join(directory, file)).size > 0);
}

const { ref, worker } = await logOnce();
let hasEnded = false;
worker.once('exit', () => {
  hasEnded = true;
});
while (!hasEnded) {
  globalThis.gc();
  await wait(20);
}
console.log(ref.deref() === undefined ? 'collected' : 'ended');
setInterval(() => pino(other).info('still there'), 1000);
