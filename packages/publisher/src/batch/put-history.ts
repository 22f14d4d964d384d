/** The token that a put carries, and what is known of it: what decides later what an answer means. Plain data. */
export interface PutToken {
  /** `null` for none. */
  readonly value: string | null;
  /** Made up, for a put beside the one that has the baton; see `lanes.ts`. */
  readonly isLane: boolean;
  /** Whether this publisher's own CreateLogStream made the stream that a put without a token goes to. */
  readonly isOwnStream: boolean;
}

export const NO_TOKEN: PutToken = { value: null, isLane: false, isOwnStream: false };

/**
 * The past of a batch: the puts that were made of it. Plain data that is replaced and never changed, so that halves,
 * notes on disk and other threads are given it as a whole.
 */
export interface PutHistory {
  /** Puts that were made of it by this process. */
  readonly attempts: number;
  /** Puts that may have been stored although no success came back. */
  readonly unanswered: number;
  /** The real token of the newest of them; undefined when there is none, or when it tells nothing of these events. */
  readonly unansweredUnder: PutToken | undefined;
  /** Whether it is to be put again under that token before anything else: only then can its answer tell. */
  readonly keepsToken: boolean;
  /** Whether it was refused in a lane, where the token may be to blame: only a put with the real one can tell. */
  readonly needsBaton: boolean;
}

export const NEVER_PUT: PutHistory = {
  attempts: 0,
  unanswered: 0,
  unansweredUnder: undefined,
  keepsToken: false,
  needsBaton: false,
};

/** One more put is made. */
export function attempted(past: PutHistory): PutHistory {
  return { ...past, attempts: past.attempts + 1 };
}

/** A put showed only that its stream was not made yet: the next one is no other try. */
export function notAttempted(past: PutHistory): PutHistory {
  return { ...past, attempts: Math.max(0, past.attempts - 1) };
}

/** A put under `token` may have been stored although no success came back. */
export function leftUnanswered(past: PutHistory, token: PutToken): PutHistory {
  const unanswered = past.unanswered + 1;
  // No later answer tells what became of a put in a lane.
  return token.isLane
    ? { ...past, unanswered }
    : { ...past, unanswered, unansweredUnder: token, keepsToken: true };
}

/** A process died while it put the batch under `token`, after `unanswered` puts that may be stored. */
export function leftByProcess(token: PutToken, unanswered: number): PutHistory {
  return leftUnanswered({ ...NEVER_PUT, attempts: 1, unanswered }, token);
}

/** It was refused in a lane. */
export function refusedInLane(past: PutHistory): PutHistory {
  return { ...past, needsBaton: true };
}

/** The stream has another token, or is another one: the next put is one like all others. */
export function freedOfToken(past: PutHistory): PutHistory {
  return past.keepsToken ? { ...past, keepsToken: false } : past;
}

/** The past of a part of a batch that was put whole: no token tells anything of a part. */
export function ofPart({ unanswered }: PutHistory): PutHistory {
  return { ...NEVER_PUT, unanswered };
}

/** The past of what was joined of parts: no token tells anything of it. */
export function ofJoined(pasts: readonly PutHistory[]): PutHistory {
  const unanswered = Math.max(...pasts.map((past) => past.unanswered));
  const attempts = Math.max(...pasts.map((past) => past.attempts));
  return { ...NEVER_PUT, attempts, unanswered };
}

/**
 * Whether DataAlreadyAccepted means this batch: only when it was put under that very token before, without an answer.
 * A twin that somebody else put first is answered in the same way, so that without a token it is believed only on a
 * stream that this publisher has made.
 */
export function mayBeAccepted({ unansweredUnder: before }: PutHistory, token: PutToken): boolean {
  if (before === undefined || before.value !== token.value) return false;
  // One that was put before the stream was made can arrive after that.
  return token.value !== null || before.isOwnStream || token.isOwnStream;
}
