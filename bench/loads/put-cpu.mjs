// CPU time to put full batches of 1 MiB, from what is in memory to the answer.
//   task: { way: "floor" | "publisher" | "sdk", bytes, batches, warmUp, rounds, settings }
// `publisher` is measured through its public interface: batches are published in one go, during which nothing can be
// sent, and what is measured begins after that. Garbage of the preparation is collected before the clock runs.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { awsFor, logGroupName, logStreamName } from '../loggers/aws.mjs';
import { report } from './endpoint-link.mjs';
import { lineWriter, text } from './lines.mjs';
import { startMeter } from './meter.mjs';

const OVERHEAD_BYTES = 26; // that CloudWatch Logs counts for every event
const BATCH_BYTES = 1_048_576;
const task = JSON.parse(process.argv[2]);
const perBatch = Math.floor(BATCH_BYTES / (task.bytes + OVERHEAD_BYTES));
const line = lineWriter(task.bytes);
const put = await { floor: startFloor, publisher: startPublisher, sdk: startSdk }[task.way]();

for (let i = 0; i < task.warmUp; i++) await put(task.batches);
const cpu = [];
const active = [];
for (let i = 0; i < task.rounds; i++) {
  const { cpuMs, activeMs } = await put(task.batches);
  cpu.push(cpuMs / task.batches);
  active.push(activeMs / task.batches);
}
report({ cpuMsPerPut: middle(cpu), activeMsPerPut: middle(active), eventsPerPut: perBatch });

function makeEvents(count) {
  const timestamp = Date.now();
  return Array.from({ length: count }, (_, number) => ({ timestamp, message: line(text(number), number) }));
}

/** What nobody who puts JSON can do without: make it, encode it, hash it, write it to a socket. */
async function startFloor() {
  const { hostname, port } = new URL(task.endpoint);
  const socket = net.connect(Number(port), hostname);
  socket.setNoDelay(true);
  await once(socket, 'connect');
  return async (batches) => {
    const logEvents = Array.from({ length: batches }, () => makeEvents(perBatch));
    globalThis.gc();
    const used = startMeter();
    for (const events of logEvents) {
      const body = Buffer.from(JSON.stringify({ logGroupName, logStreamName, logEvents: events }));
      const hash = createHash('sha256').update(body).digest('hex');
      socket.write(
        `POST / HTTP/1.1\r\nHost: ${hostname}\r\nX-Amz-Target: Logs_20140328.PutLogEvents\r\n` +
          `X-Amz-Content-Sha256: ${hash}\r\nContent-Length: ${body.length}\r\n\r\n`,
      );
      socket.write(body);
      await once(socket, 'data');
    }
    return used();
  };
}

async function startPublisher() {
  const { Publisher } = await import('cloudwatch-logs-publisher');
  const publisher = new Publisher({
    logGroupName,
    logStreamName,
    aws: awsFor(task),
    maxBufferBytes: 2 * (task.batches + 1) * BATCH_BYTES,
    ...task.settings,
  });
  return async (batches) => {
    for (const event of makeEvents(batches * perBatch)) publisher.publish(event);
    globalThis.gc();
    const used = startMeter();
    const { dropped, pending } = await publisher.flush();
    if (dropped + pending > 0) throw new Error(`${dropped} events were dropped, ${pending} are pending`);
    return used();
  };
}

async function startSdk() {
  const { CloudWatchLogsClient, PutLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  const client = new CloudWatchLogsClient({ ...awsFor(task), maxAttempts: 1 });
  return async (batches) => {
    const logEvents = Array.from({ length: batches }, () => makeEvents(perBatch));
    globalThis.gc();
    const used = startMeter();
    for (const events of logEvents) {
      await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents: events }));
    }
    return used();
  };
}

function middle(numbers) {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
