// How fast events that a dead process left on the disk come back: they are written to a spool, and a publisher starts on
// it, takes them over, reads them into batches and settles them. With an endpoint they are sent to it; without one they
// are taken as soon as they are about to be sent.
//   task: { bytes, events, directory, endpoint }
import { createPublisher } from 'cloudwatch-logs-publisher';
import { register } from 'tsx/esm/api';
import { awsFor, logGroupName, logStreamName } from '../loggers/aws.mjs';
import { report } from './endpoint-link.mjs';
import { lineWriter, text } from './lines.mjs';
import { startMeter } from './meter.mjs';

register();
const { Publisher } = await import('../../packages/publisher/src/publisher.ts');
const { currentOwner } = await import('../../packages/publisher/src/spool/owners/owner-directory.ts');
const { openSpool } = await import('../../packages/publisher/src/spool/spool.ts');

const { bytes, events, directory, endpoint } = JSON.parse(process.argv[2]);
const maxBytes = 2 * events * (bytes + 100);

const { ms: writeMs, cpuMs: writeCpuMs } = await leave();
globalThis.gc();

const used = startMeter();
const started = performance.now();
const publisher = startPublisher();
const { delivered, dropped, pending } = await publisher.flush({ timeoutMs: 50_000 });
const ms = performance.now() - started;
const { cpuMs } = used();
if (delivered !== events) {
  throw new Error(
    `${delivered} of ${events} events came back, ${dropped} were dropped, ${pending} are pending`,
  );
}
report({
  eventsPerSecond: (events / ms) * 1000,
  mbPerSecond: (events * bytes) / 1000 / ms,
  cpuUsPerEvent: (cpuMs * 1000) / events,
  writeMbPerSecond: (events * bytes) / 1000 / writeMs,
  writeCpuUsPerEvent: (writeCpuMs * 1000) / events,
});

/** Writes all events as a process that is gone. */
async function leave() {
  // No process has this id, so that its events are taken over at once.
  const owner = { ...currentOwner(), pid: 2 ** 30, startTime: '1' };
  const line = lineWriter(bytes);
  const spool = openSpool({ directory, maxBytes, mode: 'always', owner, retryDelayMs: 3_600_000 });
  const timestamp = Date.now();
  const written = startMeter();
  const began = performance.now();
  for (let number = 0; number < events; number++) {
    spool.append(logGroupName, logStreamName, timestamp, line(text(number), number), 0);
    if (number % 10_000 === 9999) await spool.flush();
  }
  await spool.flush();
  return { ms: performance.now() - began, cpuMs: written().cpuMs };
}

function startPublisher() {
  const options = { logGroupName, logStreamName, spool: { directory, maxBytes, mode: 'always' } };
  if (endpoint) return createPublisher({ ...options, aws: awsFor({ endpoint }) });
  const done = async () => ({ ok: true });
  const sink = {
    put: done,
    createLogGroup: done,
    createLogStream: done,
    putRetentionPolicy: done,
    describeSequenceToken: async () => null,
    close() {},
  };
  return new Publisher(options, { sink, guardExit: false, silent: true });
}
