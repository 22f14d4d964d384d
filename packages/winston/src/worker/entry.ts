import { Writable } from 'node:stream';
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { type EventContext, Publisher } from 'cloudwatch-logs-publisher';
import { MOST_CLOSE_MS, type Question, WorkerBridge } from 'cloudwatch-logs-publisher/worker';
import type { WorkerOptions } from './options.js';
import { RecordReader } from './records.js';
import { StreamContext } from './stream-context.js';

/** What the logging thread gives to its worker. */
export interface PublisherWorkerData {
  /** Tells the thread apart from any other. */
  readonly isPublisherWorker: true;
  readonly options: WorkerOptions;
  /** Brings questions; takes answers and events, as `[name, about]`. */
  readonly port: MessagePort;
}

const REPORT_EVERY_MS = 200;

/**
 * Runs in a worker thread: the stream that thread-stream writes to, in which records become events of a publisher.
 * It takes everything at once; what there is no room for, the publisher drops and counts.
 */
export default function publisherWorker({ options, port }: PublisherWorkerData): Writable {
  // Silent, because the logging thread knows whether anybody listens, and prints what nobody hears.
  const publisher = new Publisher(options, { silent: true });
  const bridge = WorkerBridge.get((name, about) => port.postMessage([name, about]));
  bridge.add({ publisher, linesTaken: async () => {} });
  bridge.reportEvery(REPORT_EVERY_MS, ['conflict', 'batch']);
  // After the publisher's own handler: a thread that fails keeps what it can and tells what is lost.
  process.on('exit', () => bridge.report());

  let closed: Promise<void> | undefined;
  const answer = (question: Question) => {
    const answered = bridge.answer(question);
    if (question.closeTimeoutMs !== undefined) closed = answered;
  };
  port.on('message', answer);
  /** What was asked before something was written is answered before that is read, however busy this thread is. */
  const answerNow = () => {
    for (let asked = receiveMessageOnPort(port); asked; asked = receiveMessageOnPort(port))
      answer(asked.message);
  };

  const streamContext = new StreamContext(options.logStreamName);
  let context: EventContext | undefined;
  const reader = new RecordReader({
    line: (timestamp, message) => publisher.publish({ timestamp, message }, context),
    context: (json) => {
      context = streamContext.decode(json);
    },
    question: (question) => answer(question as Question),
  });
  return new Writable({
    decodeStrings: false,
    highWaterMark: Number.MAX_SAFE_INTEGER,
    write(text: string, _encoding, callback) {
      answerNow();
      reader.read(text);
      callback();
    },
    final(callback) {
      // The logging thread asks to close before it ends the stream.
      const done = closed ?? publisher.close({ timeoutMs: MOST_CLOSE_MS });
      void done.then(() => callback());
    },
  });
}
