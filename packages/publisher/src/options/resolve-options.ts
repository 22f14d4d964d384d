import path from 'node:path';
import { isEnabled } from './enabled.js';
import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS, MAX_EVENT_BYTES } from './limits.js';
import { checkOptions } from './option-checks.js';
import type { PublisherOptions, SpoolSettings } from './options.js';

/** Options after checking, with every default filled in. */
export type ResolvedOptions = Required<
  Pick<
    PublisherOptions,
    | 'logGroupName'
    | 'enabled'
    | 'logStreamName'
    | 'aws'
    | 'createLogGroup'
    | 'createLogStream'
    | 'flushIntervalMs'
    | 'maxBatchBytes'
    | 'maxBatchEvents'
    | 'maxEventBytes'
    | 'oversize'
    | 'maxBufferBytes'
    | 'overflow'
    | 'sequenceTokens'
    | 'maxInFlight'
    | 'maxRequests'
    | 'requestTimeoutMs'
    | 'flushTimeoutMs'
    | 'closeTimeoutMs'
    | 'gzip'
    | 'emf'
  >
> &
  PublisherOptions & { readonly spool?: ResolvedSpool };

/** Settings of the spool with every default filled in. */
export type ResolvedSpool = Required<SpoolSettings>;

/**
 * Checks all options and fills in the defaults.
 *
 * @throws PublisherError `CLOUDWATCH_LOGS_INVALID_OPTION`, naming the option, what was expected and what came
 */
export function resolveOptions(options: PublisherOptions): ResolvedOptions {
  checkOptions(options);
  const maxBufferBytes = options.maxBufferBytes ?? 64 * 1024 * 1024;
  // A batch may fill half of the memory at the most, so that one can be built while another is under way.
  const maxBatchBytes = Math.min(options.maxBatchBytes ?? MAX_BATCH_BYTES, Math.floor(maxBufferBytes / 2));
  return {
    ...withoutUndefined(options),
    logGroupName: options.logGroupName,
    enabled: isEnabled(options),
    logStreamName: options.logStreamName ?? '{date}/{hostname}/{instance}',
    aws: options.aws ?? {},
    createLogGroup: options.createLogGroup ?? true,
    createLogStream: options.createLogStream ?? true,
    flushIntervalMs: options.flushIntervalMs ?? 1000,
    maxBatchBytes,
    maxBatchEvents: options.maxBatchEvents ?? MAX_BATCH_EVENTS,
    maxEventBytes: Math.min(options.maxEventBytes ?? MAX_EVENT_BYTES, maxBatchBytes),
    oversize: options.oversize ?? 'split',
    maxBufferBytes,
    overflow: options.overflow ?? 'drop-oldest',
    sequenceTokens: options.sequenceTokens ?? 'auto',
    maxInFlight: options.maxInFlight ?? 'auto',
    maxRequests: options.maxRequests ?? 'auto',
    requestTimeoutMs: options.requestTimeoutMs ?? 15_000,
    flushTimeoutMs: options.flushTimeoutMs ?? 30_000,
    closeTimeoutMs: options.closeTimeoutMs ?? 8_000,
    gzip: options.gzip ?? false,
    emf: options.emf ?? false,
    spool: options.spool && resolveSpool(options.spool),
  };
}

function resolveSpool({ directory, maxBytes, mode, fsyncIntervalMs }: SpoolSettings): ResolvedSpool {
  return {
    directory: path.resolve(directory), // a later change of the working directory must not move it
    maxBytes: maxBytes ?? 1024 * 1024 * 1024,
    mode: mode ?? 'overflow',
    fsyncIntervalMs: fsyncIntervalMs ?? 500,
  };
}

function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

/** At 100 ms of latency it takes eight to fill a fast link. */
const AUTO_PUTS = 16;
const AUTO_REQUESTS: RequestBounds = { first: 8, most: 32, mostAtEnd: 256 };

/** How many puts may be under way over all streams. */
export interface RequestBounds {
  readonly first: number;
  readonly most: number;
  /** At the end of the process, which has a time, a thousand streams may have an event each. */
  readonly mostAtEnd: number;
}

/** Most puts under way on one stream. */
export function mostPuts({ maxInFlight }: Pick<ResolvedOptions, 'maxInFlight'>): number {
  return maxInFlight === 'auto' ? AUTO_PUTS : maxInFlight;
}

export function requestBounds({ maxRequests }: Pick<ResolvedOptions, 'maxRequests'>): RequestBounds {
  if (maxRequests === 'auto') return AUTO_REQUESTS;
  return { first: maxRequests, most: maxRequests, mostAtEnd: maxRequests };
}
