import type { MessagePort } from 'node:worker_threads';
import type { Question } from 'cloudwatch-logs-publisher/worker';
import type { Lines } from './hand-over.js';
import type { WorkerOptions } from './options.js';

/** The data that the logging thread gives to its worker. */
export interface WorkerThreadData {
  /** Tells the thread apart from any other. */
  readonly isPublisherWorker: true;
  readonly options: WorkerOptions;
  /** Brings questions that overtake lines; takes answers and events, as `[name, about]`. */
  readonly port: MessagePort;
  /** See {@link SHARED}. */
  readonly shared: Int32Array;
}

/** Messages to the worker on its own port, in order. A question is answered when all lines before it were taken. */
export type ToWorker = Lines | Question;

/** Places in the memory that both threads see. */
export const SHARED = {
  /** How many messages with lines the worker has taken. */
  taken: 0,
  /** 1 while the logging thread wants to hear `taken` on the port. */
  isAwaited: 1,
  /** 1 when the publisher is closed and everything is told. */
  hasEnded: 2,
  /** 1 once the worker listens. */
  isReady: 3,
  length: 4,
} as const;
