import type { Batch } from '../batch/batch.js';
import type { GroupSettings } from '../options/group-settings.js';
import type { Access } from './access.js';
import type { SentPlace } from './console-link.js';
import type { PutExtra } from './endpoint.js';

/** Where a batch goes. */
export interface Target {
  /** Name of the log group. */
  readonly logGroupName: string;
  /** Name of the log stream. */
  readonly logStreamName: string;
}

/** `rejectedLogEventsInfo` of PutLogEvents: indexes into the batch. */
export interface RejectedInfo {
  /** Inclusive. */
  readonly tooNewLogEventStartIndex?: number;
  /** Exclusive. */
  readonly tooOldLogEventEndIndex?: number;
  /** Exclusive. */
  readonly expiredLogEventEndIndex?: number;
}

export interface PutSuccess {
  readonly ok: true;
  /** The time that the answer was made, by its `Date`, in milliseconds since the epoch. */
  readonly date?: number | undefined;
  readonly nextSequenceToken?: string;
  readonly rejected?: RejectedInfo;
  /** Why the entity was refused, when it was; the events are stored all the same. */
  readonly rejectedEntity?: string;
  /** {@link PutFailure.unansweredBefore} */
  readonly unansweredBefore?: number;
  /** {@link PutFailure.requestMs} */
  readonly requestMs?: number;
}

/** A failure in plain words, whatever client it came from. */
export interface PutFailure {
  readonly ok: false;
  /** Name of the error, such as `ThrottlingException` or `ECONNREFUSED`. */
  readonly name: string;
  readonly message: string;
  /** HTTP status, when an answer came. */
  readonly status?: number;
  /** The time that the answer was made, by its `Date`, in milliseconds since the epoch. */
  readonly date?: number | undefined;
  readonly retryAfterMs?: number;
  readonly expectedSequenceToken?: string;
  /** Whether the request may have reached the service whole. */
  readonly bodySent: boolean;
  /** It was not asked for: the options say so. */
  readonly isTurnedOff?: boolean;
  /** How far the call had come, where that is known. */
  readonly stage?: Stage;
  /** Where an answer sends the request on to, which is not followed. */
  readonly redirectedTo?: string;
  /** Requests of this call before the last, of a client that retries on its own, that may have been carried out. */
  readonly unansweredBefore?: number;
  /** How long the last request was under way, where one was. */
  readonly requestMs?: number;
  /** It was silent for too long while somebody waited, and is to be made again at once. */
  readonly isGivenUp?: boolean;
  /** Extras of the options that not every endpoint takes: they went with this put. */
  readonly sentWith?: readonly PutExtra[];
}

export type PutResult = PutSuccess | PutFailure;
export type CallResult = { readonly ok: true } | PutFailure;

/** A setting that a log group can be made without. */
export type GroupSetting = 'tags' | 'kms';

/** How a put is made. */
export interface PutOptions {
  /** Goes without these, whatever the options say. */
  readonly without?: readonly PutExtra[];
  /** Is told how far the put has come. */
  readonly progress?: PutProgress;
  /** How often `requestTimeoutMs` it may be silent. @default 1 */
  readonly patience?: number;
}

/** How far a call has come: the client is made, credentials are asked for, the request is under way. */
export type Stage = 'client' | 'credentials' | 'request';

/** Changes while a put is under way. */
export interface PutProgress {
  stage: Stage;
  /** Whether a request may have left whole, and be carried out. */
  mayBeStored: boolean;
}

/**
 * The way out: everything that the publisher asks of CloudWatch Logs. No method throws or rejects; what goes
 * wrong is a result.
 */
export interface Sink {
  /** Loads what the first put needs. @returns undefined when it is there */
  prepare?(): Promise<void> | undefined;
  put(
    target: Target,
    batch: Batch,
    sequenceToken: string | undefined,
    options?: PutOptions,
  ): Promise<PutResult>;
  /** @param settings tags, key, class and protection; its retention is set by a call of its own */
  createLogGroup(logGroupName: string, settings?: GroupSettings): Promise<CallResult>;
  createLogStream(target: Target): Promise<CallResult>;
  putRetentionPolicy(logGroupName: string, retentionInDays: number): Promise<CallResult>;
  /** Asks for the token of a stream; only where neither an answer nor its text has one. */
  describeSequenceToken(target: Target): Promise<string | null | undefined>;
  /** The way for another thread to make the same puts, as data; undefined when that is not known. */
  access?(): Access | undefined;
  /** Where the last put was sent; undefined when that is not known. */
  sentPlace?(): SentPlace | undefined;
  /** Where requests go, as far as the client was told: the Region, and an endpoint that is not AWS's own. May reject. */
  location?(): Promise<{ readonly region: string | undefined; readonly endpoint: string | undefined }>;
  /**
   * Somebody waits for what is under way, at most so long: meanwhile a request that is silent is given up in time for
   * another try.
   *
   * @returns call it when that is over
   */
  waitsFor?(timeoutMs: number): () => void;
  /** The process is to end: gives up those requests that may hold it, because code of others makes them. */
  letGo?(): void;
  /** Gives up what is under way and closes the connections. */
  close(): void;
}
