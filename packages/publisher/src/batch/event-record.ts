import type { Note } from './note.js';

/**
 * One log event on its way to its batch, whether it comes from the application, from the spool, or tells a loss. A batch keeps it
 * as a row of columns (`packed-events`), and nobody keeps the record itself. With names, because its numbers look alike.
 */
export interface EventRecord {
  /** Well-formed text. */
  readonly message: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  /** Bytes as CloudWatch Logs counts them: the message in UTF-8, and 26 more. */
  readonly size: number;
  readonly note: Note | undefined;
  /** The number of its level, see `levels.ts`; 0 where levels are not looked at. */
  readonly level: number;
  /** The epoch in which it was received, see `accounts/flush.ts`. */
  readonly epoch: number;
  /** Its id in the spool; 0 while it is not there. All events of a batch have one, or none has. */
  id: number;
}
