import type { Batch } from '../batch/batch.js';
import type { PutToken } from '../batch/put-history.js';
import type { Target } from '../cloudwatch/sink.js';

/** The disk, as the streams of a publisher see it. */
export interface StreamDisk {
  /**
   * Called before every put. A batch that is on disk is put only when it is written, and noted with its token, so
   * that the next process can put the very same batch. Others wait until it is known there which puts have ended, so that
   * a token that is noted still tells something; a put in a lane, which changes no token, does not wait for that.
   */
  beforePut(target: Target, batch: Batch, token: PutToken): Promise<void> | undefined;
  /** A put of a batch has stored nothing for certain, and waits to be made again: the note of it says too much. */
  undone(target: Target, batch: Batch): void;
  /** One event in memory was dropped that is on disk too. */
  dropped(id: number): void;
  /** A stream fails, so that others need not wait for it; it may need events of its own to go on. */
  failing(writer: { readonly lacksOthers: boolean }): void;
  /** Whether events of the stream of a writer are only on disk, so that the writer is still needed. */
  hasEventsOf(target: Target): boolean;
}
