import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { publisherInWorker, type Question, WorkerBridge } from 'cloudwatch-logs-publisher/worker';
import type { Lines } from './hand-over.js';
import { NameContext } from './name-context.js';
import { SHARED, type ToWorker, type WorkerThreadData } from './protocol.js';

const REPORT_EVERY_MS = 200;

// The main file of the worker thread. It takes everything at once; what there is no room for, the publisher drops and
// counts.
const { options, port, shared } = workerData as WorkerThreadData;
// Silent, because the logging thread knows whether anybody listens, and prints what nobody hears.
const publisher = publisherInWorker(options, { silent: true });
const nameContext = new NameContext(options);
const bridge = WorkerBridge.get((name, about) => port.postMessage([name, about]));
bridge.add({ publisher, linesTaken: async () => {} });
bridge.reportEvery(REPORT_EVERY_MS);
// After the publisher's own handler: a thread that fails keeps what it can and tells what is lost.
process.on('exit', () => bridge.report());

parentPort?.on('message', (message: ToWorker) => {
  if ('id' in message) void answer(message);
  else {
    // What was asked before these lines came is answered before they are read, however busy this thread is.
    for (let asked = receiveMessageOnPort(port); asked; asked = receiveMessageOnPort(port)) {
      void answer(asked.message);
    }
    take(message);
  }
});
port.on('message', answer);
Atomics.store(shared, SHARED.isReady, 1);

function take({ bytes, offset, from, timestamps, lengths, contexts, levels, known }: Lines): void {
  const memory = Buffer.from(bytes);
  let start = offset;
  for (let i = from; i < lengths.length; i++) {
    const end = start + lengths[i];
    const event = { timestamp: timestamps[i], message: memory.toString('utf8', start, end) };
    start = end;
    const values = contexts[i];
    const level = levels[i] > 0 ? known[levels[i]] : undefined;
    publisher.publish(event, values ? { ...nameContext.decode(values), ...level } : level);
  }
  Atomics.add(shared, SHARED.taken, 1);
  if (Atomics.exchange(shared, SHARED.isAwaited, 0) === 1) port.postMessage(['taken']);
}

async function answer(question: Question): Promise<void> {
  await bridge.answer(question);
  if (question.closeTimeoutMs === undefined) return;
  Atomics.store(shared, SHARED.hasEnded, 1);
  Atomics.notify(shared, SHARED.hasEnded);
}
