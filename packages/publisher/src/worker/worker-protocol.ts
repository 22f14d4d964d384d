import type { PublisherStats } from '../accounts/accounts.js';

/**
 * Questions of the main thread to a worker of pino travel on a broadcast channel of their own, not on the port of
 * the worker: a listener on that port before all targets are loaded would take from them the configuration that
 * pino sends there once.
 */
export const QUESTIONS = 'cloudwatch-logs-publisher';

/** Asked of all targets of this package in one worker. */
export interface Question {
  readonly id: string;
  /** Flush first, at most that long. */
  readonly flushTimeoutMs?: number;
  /** The process ends after that flush. */
  readonly beforeExit?: boolean;
  /** Close first, at most that long. */
  readonly closeTimeoutMs?: number;
}

/** A question on the broadcast channel, which every worker hears. */
export interface BroadcastQuestion extends Question {
  /** The worker that is asked; others do not answer. */
  readonly threadId: number;
}

/** The answer of one worker, summed over its targets. */
export interface Answer {
  readonly id: string;
  /** Events that were still on their way when the flush ended. */
  readonly pending: number;
  readonly stats: PublisherStats;
  /** How long a flush waits that names no time, in milliseconds; the longest of the targets. */
  readonly flushTimeoutMs: number;
}

/** Name of the event that brings an answer. */
export const ANSWER_EVENT = 'cloudwatch:answer';
/** Name of the event that brings the counters. */
export const STATS_EVENT = 'cloudwatch:stats';

/** thread-stream ends a worker without a word 10 s after its end was asked for; what is late must be reported before. */
export const MOST_CLOSE_MS = 9000;
