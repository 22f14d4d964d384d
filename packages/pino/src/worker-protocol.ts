import type { PublisherStats } from 'cloudwatch-logs-publisher';

/**
 * Questions of the main thread travel on a broadcast channel of their own, not on the port of the worker: a
 * listener on that port before all targets are loaded would take from them the configuration that pino sends
 * there once. Answers and news travel as pino's EVENT messages, which appear as events of the transport.
 */
export const QUESTIONS = 'pino-cloudwatch-logs';

/** Asked of all targets of this package in one worker. */
export interface Question {
  /** The worker that is asked; others do not answer. */
  readonly threadId: number;
  readonly id: string;
  /** Flush first, at most that long. */
  readonly flushTimeoutMs?: number;
}

/** The answer of one worker, summed over its targets. */
export interface Answer {
  readonly id: string;
  /** Events that were still on their way when the flush ended. */
  readonly pending: number;
  readonly stats: PublisherStats;
}

/** Name of the event that brings an answer. */
export const ANSWER_EVENT = 'cloudwatch:answer';
