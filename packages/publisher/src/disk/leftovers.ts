import type { Batch } from '../batch/batch.js';
import type { Fate } from '../batch/fate.js';
import type { StreamWriter } from '../stream/stream-writer.js';

/** A batch that was not settled when its publisher ended, with its stream. */
export interface Leftover {
  readonly writer: StreamWriter;
  readonly batch: Batch;
  /** Whether another thread made the last put of it, which is not noted on disk. */
  readonly wasPutElsewhere: boolean;
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
