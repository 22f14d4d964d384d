import type { LastError } from '../accounts/accounts.js';
import type { BatchObserver } from '../batch/batch.js';
import type { Fate } from '../batch/note.js';
import type { PutToken } from '../batch/put-history.js';

/** The work of another thread for a batch at the end of the process. */
export interface RescuedBatch {
  /** Events by fate. */
  readonly fates: ReadonlyMap<Fate, number>;
  /** Whether every event of it was settled. */
  readonly isSettled: boolean;
  /** The token of the last put that the thread made of it, if it made one. */
  readonly putUnder: PutToken | undefined;
}

/** Told by the exit thread, as it happens: what it does with batches, each by its number in the task. */
export type RescueReport =
  /** About to be put under this token. */
  | readonly ['putting', batch: number, token: PutToken]
  | readonly ['settled', batch: number, fate: Fate, events: number]
  /** Is over as one; `parts` go on in its place. */
  | readonly ['finished', batch: number, parts: number]
  /** The newest failure of a publisher, by its number. */
  | readonly ['failed', publisher: number, error: LastError];

/** Reports what becomes of a batch, and of the halves that it may become. */
export function reportOn(batch: number, tell: (report: RescueReport) => void): BatchObserver {
  return {
    putting: (token) => tell(['putting', batch, token]),
    settled: (fate, events) => tell(['settled', batch, fate, events]),
    finished: (parts) => tell(['finished', batch, parts]),
  };
}

/** The reports of one batch; they may have ended in the midst of the work. */
export function readReports(reports: Iterable<RescueReport>): RescuedBatch {
  const fates = new Map<Fate, number>();
  let putUnder: PutToken | undefined;
  let parts = 1;
  let wasHalved = false;
  let isGivenUp = false;
  for (const [kind, , about, events = 0] of reports) {
    if (kind === 'putting') {
      // The token of a half says nothing of the whole.
      putUnder = wasHalved ? undefined : about;
    } else if (kind === 'finished') {
      parts += about - 1;
      wasHalved ||= about > 1;
    } else if (kind === 'settled') {
      // What the thread had no time for is the main thread's again.
      if (about === 'shutdown') isGivenUp = true;
      else fates.set(about, (fates.get(about) ?? 0) + events);
    }
  }
  return { fates, isSettled: parts === 0 && !isGivenUp, putUnder };
}
