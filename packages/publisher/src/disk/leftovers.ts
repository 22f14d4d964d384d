import type { Fate } from '../batch/fate.js';
import type { StreamWriter, Unsettled } from '../stream/stream-writer.js';

/** A batch that was not settled when its publisher ended, with its stream. */
export interface Leftover extends Unsettled {
  readonly writer: StreamWriter;
  /** The same of a put that another thread made at the end of the process. */
  readonly rescuedUnder?: string | null | undefined;
}

/** What another thread could do for a batch at the end of the process. */
export interface RescuedBatch {
  /** Events by fate. */
  readonly fates: ReadonlyMap<Fate, number>;
  /** Whether every event of it was settled. */
  readonly isSettled: boolean;
  /** The token of the last put that the thread made of it (`null` for none), if it made one. */
  readonly putUnder: string | null | undefined;
}
