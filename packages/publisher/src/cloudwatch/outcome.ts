import type { RejectReason } from '../batch/note.js';
import { withoutQuotedValues } from '../text/for-people.js';
import type { Schedule } from './backoff.js';
import { isUntrusted } from './sdk-failure.js';
import type { PutFailure, PutResult, RejectedInfo } from './sink.js';

/** Events [from, to) of a batch that were rejected, and why. */
export interface RejectedRange {
  readonly from: number;
  readonly to: number;
  readonly reason: RejectReason;
}

/** The help that a failure needs from a person, so that it is told at once. */
export type Advice = 'credentials' | 'permission' | 'region' | 'throttled' | 'unreachable' | 'service';

/** The next step with a batch. */
export type Outcome =
  | {
      readonly kind: 'delivered';
      readonly next: string | undefined;
      readonly rejected: readonly RejectedRange[];
    }
  | { readonly kind: 'already-accepted'; readonly next: string | null | undefined }
  | { readonly kind: 'conflict'; readonly expected: string | null | undefined }
  | { readonly kind: 'missing'; readonly group: boolean }
  | {
      readonly kind: 'retry';
      readonly schedule: Schedule;
      readonly advice: Advice;
      readonly retryAfterMs: number;
      /** The events may have been stored although no success came back. */
      readonly ambiguous: boolean;
    }
  | {
      readonly kind: 'refused';
      /** Its name in the answer. */
      readonly reason: string;
      /** The batch is larger than something on the way takes. */
      readonly isTooLarge: boolean;
    };

const THROTTLED = new Set([
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'LimitExceededException',
  'SlowDown',
]);
const CREDENTIALS = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'RequestExpired',
  'RequestTimeTooSkewed',
  'CredentialsProviderError',
  'TokenProviderError',
  'CredentialsTimeoutError',
  'ClientModuleError', // a client that cannot be made cannot have credentials
]);
const PERMISSION = new Set(['AccessDeniedException', 'AccessDenied', 'NotAuthorized', 'OptInRequired']);
const REFUSED = new Set([
  'InvalidParameterException',
  'SerializationException',
  'ValidationException',
  'RequestEntityTooLargeException',
  'UnsupportedMediaTypeException',
]);
/** Those of AWS have 56 digits. A longer one would make each put larger than it may be. */
const LONGEST_TOKEN = 2048;
/** Payload Too Large, and Unsupported Media Type, which is what gzip meets where it is not known. */
const REFUSED_STATUS = new Set([413, 415]);

/**
 * Says what came of a put: the only place where answers are judged. Success is a success of HTTP, never "a
 * token came back". What is not known is tried again.
 *
 * @param eventCount events in the batch
 */
export function judge(result: PutResult, eventCount: number): Outcome {
  if (result.ok) {
    const rejected = rejectedRanges(result.rejected, eventCount);
    return { kind: 'delivered', next: tokenOf(result.nextSequenceToken) ?? undefined, rejected };
  }
  switch (result.name) {
    case 'InvalidSequenceTokenException':
      return { kind: 'conflict', expected: expectedToken(result) };
    case 'DataAlreadyAcceptedException':
      return { kind: 'already-accepted', next: expectedToken(result) };
    case 'ResourceNotFoundException':
      return { kind: 'missing', group: /log group/i.test(result.message) };
  }
  return judgeFailure(result);
}

/** The same for a call that creates something, where there is no batch to be stored. */
export function judgeFailure(failure: PutFailure): Extract<Outcome, { kind: 'retry' | 'refused' }> {
  const { name, status } = failure;
  const retry = (schedule: Schedule, advice: Advice, ambiguous = false) => {
    return { kind: 'retry', schedule, advice, ambiguous, retryAfterMs: failure.retryAfterMs ?? 0 } as const;
  };
  // An answer has found its Region; what it says may quote a log event.
  if (status === undefined && /region is missing/i.test(failure.message)) return retry('slow', 'region');
  // Without a client there are none, and what goes wrong while they are asked for is an answer of somebody else, such as STS.
  if (failure.stage === 'client' || failure.stage === 'credentials') return retry('slow', 'credentials');
  if (THROTTLED.has(name) || status === 429) return retry('slow', 'throttled');
  if (CREDENTIALS.has(name)) return retry('slow', 'credentials');
  if (PERMISSION.has(name)) return retry('slow', 'permission');
  if (name === 'OperationAbortedException') return retry('fast', 'service');
  if (REFUSED.has(name) || REFUSED_STATUS.has(status ?? 0)) {
    // A refusal that names the group or the stream is not the fault of an event: no half of the batch would
    // fare better, so it is kept and said.
    if (
      /logGroupName|logStreamName|LogGroup or LogStream|'entity/.test(withoutQuotedValues(failure.message))
    ) {
      return retry('slow', 'service');
    }
    const isTooLarge =
      status === 413 ||
      name === 'RequestEntityTooLargeException' ||
      /^upload too large/i.test(failure.message);
    return { kind: 'refused', reason: REFUSED.has(name) ? name : `HTTP ${status}`, isTooLarge };
  }
  if (status !== undefined) {
    if (status >= 500) return retry('slow', 'service', failure.bodySent);
    if (status === 401 || status === 403) return retry('slow', 'permission');
    return retry('fast', 'service', status < 400 && failure.bodySent);
  }
  return retry('fast', 'unreachable', failure.bodySent);
}

/** Whether other credentials may help. */
export function needsCredentials({ name, stage }: PutFailure): boolean {
  return CREDENTIALS.has(name) || stage === 'credentials';
}

/**
 * Whether a failure stays as it is for whoever can neither renew credentials nor change settings: a signature that is not
 * accepted, a certificate that is not trusted. Where there are no credentials yet, they may come.
 */
export function isHopeless(failure: PutFailure): boolean {
  if (isUntrusted(failure)) return true;
  return CREDENTIALS.has(failure.name) && !failure.name.endsWith('ProviderError');
}

/**
 * Rejected are [0, max(tooOldEnd, expiredEnd)) and [tooNewStart, n): the ends are exclusive, the start is
 * inclusive, as real answers show (aws/aws-for-fluent-bit#523).
 */
function rejectedRanges(info: RejectedInfo | undefined, count: number): RejectedRange[] {
  if (!info) return [];
  const ranges: RejectedRange[] = [];
  // An answer may hold anything in the place of a whole number.
  const clamp = (index: unknown, otherwise: number) => {
    const place = Math.trunc(Number(index ?? otherwise));
    return Number.isNaN(place) ? otherwise : Math.min(Math.max(place, 0), count);
  };
  const expired = clamp(info.expiredLogEventEndIndex, 0);
  const tooOld = clamp(info.tooOldLogEventEndIndex, 0);
  const tooNew = Math.max(clamp(info.tooNewLogEventStartIndex, count), expired, tooOld);
  // Events are in the order of time, so what is older than the 14 days comes before what only expired.
  if (tooOld > 0) ranges.push({ from: 0, to: tooOld, reason: 'tooOld' });
  if (expired > tooOld) ranges.push({ from: tooOld, to: expired, reason: 'expired' });
  if (tooNew < count) ranges.push({ from: tooNew, to: count, reason: 'tooNew' });
  return ranges;
}

function expectedToken(failure: PutFailure): string | null | undefined {
  const token = tokenOf(failure.expectedSequenceToken);
  return token === undefined ? tokenInMessage(failure.message) : token;
}

/** The token in a field of an answer: none where the field says `null` as a text, or is no token by its length. */
function tokenOf(field: string | undefined): string | null | undefined {
  if (field === 'null') return null;
  return field !== undefined && field.length <= LONGEST_TOKEN ? field : undefined;
}

/**
 * The token that an error message names: `null` when it says that none is expected, `undefined` when it names
 * none. Reads the texts of AWS and of emulators that leave the field `expectedSequenceToken` out.
 */
export function tokenInMessage(message: string): string | null | undefined {
  const found =
    /sequenceToken(?: is)?:\s*([^\s,]+)/i.exec(message) ?? /Expected(?: token)?:\s*([^\s,]+)/i.exec(message);
  if (!found) return undefined;
  const token = found[1].replace(/[.;]$/, '');
  return token === '' ? null : tokenOf(token);
}
