import type { Account, LogGroup } from './log-group.js';
import type { LogStream, NewEvent } from './log-stream.js';

/** Events as they were stored by one put, `events[from..to)` of it. */
export interface StoredPut {
  readonly events: readonly NewEvent[];
  readonly from: number;
  readonly to: number;
  /** The number of the first event among all of the endpoint. */
  readonly firstArrival: number;
  readonly ingestionTime: number;
}

/** Told of every change of a store, when it has been made. */
export interface StoreListener {
  /** Its resources changed, which may be those of an account that is new, or gone. */
  accountChanged(account: Account): void;
  /** It is new, or its settings or filters changed. */
  groupChanged(group: LogGroup): void;
  groupDeleted(group: LogGroup): void;
  /** It is new, or has another token. */
  streamChanged(group: LogGroup, stream: LogStream): void;
  streamDeleted(group: LogGroup, stream: LogStream): void;
  put(stream: LogStream, put: StoredPut): void;
  cleared(): void;
}
