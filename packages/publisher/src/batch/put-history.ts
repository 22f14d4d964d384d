/**
 * The past of a batch: the puts that were made of it. Plain data that is replaced and never changed, so that halves,
 * notes on disk and other threads are given it as a whole.
 */
export interface PutHistory {
  /** Puts that were made of it by this process. */
  readonly attempts: number;
  /** Puts that may have been stored although no success came back. */
  readonly unanswered: number;
  /** The token of the newest of them, `null` for none; undefined when there is no such put, or its token tells nothing. */
  readonly unansweredUnder: string | null | undefined;
  /** Whether each of them had that token, so that an endpoint that enforces tokens has stored at most one. */
  readonly isUnderOneToken: boolean;
  /** The token of a put of an earlier process, under which the batch has to be put again; `null` for none. */
  readonly resendUnder: string | null | undefined;
}

export const NEVER_PUT: PutHistory = {
  attempts: 0,
  unanswered: 0,
  unansweredUnder: undefined,
  isUnderOneToken: true,
  resendUnder: undefined,
};

/** One more put is made. */
export function attempted(past: PutHistory): PutHistory {
  return { ...past, attempts: past.attempts + 1 };
}

/** A put under `token` (`null` for none) may have been stored although no success came back. */
export function leftUnanswered(past: PutHistory, token: string | null): PutHistory {
  const isFirst = past.unanswered === 0;
  return {
    ...past,
    unanswered: past.unanswered + 1,
    unansweredUnder: token,
    isUnderOneToken: isFirst || (past.isUnderOneToken && past.unansweredUnder === token),
  };
}

/** A process died while it put the batch under `token` (`null` for none), after `unanswered` puts that may be stored. */
export function leftByProcess(token: string | null, unanswered: number): PutHistory {
  return {
    attempts: 1,
    unanswered: unanswered + 1,
    unansweredUnder: token,
    isUnderOneToken: true,
    resendUnder: token,
  };
}

/** No token can tell any more how often the batch is stored. */
export function leftUnproven(past: PutHistory): PutHistory {
  return { ...past, isUnderOneToken: false };
}

/** An answer came that ends the wish to put the batch under the token of an earlier process. */
export function answered(past: PutHistory): PutHistory {
  return past.resendUnder === undefined ? past : { ...past, resendUnder: undefined };
}

/** The past of a part of a batch that was put whole: no token tells anything of a part. */
export function ofPart({ unanswered }: PutHistory): PutHistory {
  return { ...NEVER_PUT, unanswered, isUnderOneToken: unanswered === 0 };
}

/** The past of what was joined of parts: no token tells anything of it, unless none of them may be stored. */
export function ofJoined(pasts: readonly PutHistory[]): PutHistory {
  const unanswered = Math.max(...pasts.map((past) => past.unanswered));
  const attempts = Math.max(...pasts.map((past) => past.attempts));
  return { ...NEVER_PUT, attempts, unanswered, isUnderOneToken: unanswered === 0 };
}

/** Whether an endpoint that enforces tokens would have noticed, under `token`, that the batch is stored. */
export function isSettledBy(past: PutHistory, token: string | null): boolean {
  return past.unanswered > 0 && past.isUnderOneToken && past.unansweredUnder === token;
}
