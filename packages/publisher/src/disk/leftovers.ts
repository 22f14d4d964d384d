import type { Batch, Fate } from '../batch/batch.js';
import type { StreamWriter } from '../stream/stream-writer.js';

/** A batch that was not settled when its publisher ended. */
export interface Leftover {
  readonly writer: StreamWriter;
  readonly batch: Batch;
  /** The token of a put that may have stored it (`null` for none), if there was one. */
  readonly mayBeStoredUnder: string | null | undefined;
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
