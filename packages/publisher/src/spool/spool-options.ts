import type { IdRange } from '../structures/range-set.js';
import type { StreamSummary } from './files/directory-scan.js';
import type { Destination } from './format/destination.js';
import type { SpooledEvent } from './format/event-frame.js';
import type { PutRecord } from './format/ledger-record.js';
import type { OwnerIdentity } from './owners/owner-directory.js';
import type { OwnerWatch } from './owners/owner-watch.js';

/** Why the spool cannot be written to at present. */
export interface SpoolTrouble {
  /** The code of the system, such as `ENOSPC`. */
  readonly code: string;
  /** One sentence: what failed, where, and what happens next. */
  readonly message: string;
}

/** Events that the spool gave up. */
export interface SpoolDrop {
  /** `'maxBytes'`: the oldest made room. `'unreadable'`: damaged since they were written. `'missing'`: deleted by others. */
  readonly reason: 'maxBytes' | 'unreadable' | 'missing';
  /** Events as they were published, not the parts of split ones. */
  readonly events: number;
  /** Their ids, with those of parts. */
  readonly ranges: readonly IdRange[];
  /** How many of {@link events} some of these ids stand for. */
  readonly weigh: (ranges: readonly IdRange[]) => number;
}

/** A put that was about to be sent when its owner died. */
export interface PendingPut extends PutRecord {
  /** Whether all its events can be read and are open, so that the very same batch can be sent again. */
  readonly isIntact: boolean;
}

/** The files and events that dead owners left. */
export interface Recovery {
  /** Directories taken over. */
  readonly directories: number;
  /** Events as they were published. */
  readonly events: number;
  /** UTF-8 bytes of their messages. */
  readonly bytes: number;
  readonly perStream: readonly StreamSummary[];
  /** All ids that its events have in this spool. */
  readonly ranges: readonly IdRange[];
  /** Oldest first. */
  readonly pendingPuts: readonly PendingPut[];
}

/** Tells warnings about old files apart, so that one does not hold back another. */
export type WarningTopic = 'damage' | 'newer' | 'too large' | 'others' | 'trust' | 'root';

/** Calls that a spool makes; none of them may throw. */
export interface SpoolCallbacks {
  /** One line for people: what was found that is damaged, or is left where it is. No log contents. */
  readonly onWarn?: (message: string, topic: WarningTopic) => void;
  /** Writing failed; called once until it works again. */
  readonly onTrouble?: (trouble: SpoolTrouble) => void;
  /** Writing works again. */
  readonly onUsable?: () => void;
  /** These were accepted and could not be written; they are the caller's again. Acknowledging them does no harm. */
  readonly onHandBack?: (events: readonly SpooledEvent[], trouble: SpoolTrouble) => void;
  readonly onDropped?: (drop: SpoolDrop) => void;
  /** `writtenThrough` has advanced to this id. */
  readonly onWritten?: (id: number) => void;
  /** Events of owners that died later than this spool was opened. */
  readonly onRecovered?: (recovery: Recovery) => void;
}

export interface SpoolOptions extends SpoolCallbacks {
  /** Shared by any number of processes; each keeps its files in a directory of its own below it. */
  readonly directory: string;
  /**
   * Where events go, as this process was given it: only what dead owners with the same destination left is taken over.
   */
  readonly destination: Destination;
  /**
   * The same with what has to be looked up first, such as the Region: until it is known nothing is accepted. Events that
   * are written at the end before go to `destination`, and what was left for either is taken over. It must not reject.
   */
  readonly lookedUp?: Promise<Destination> | undefined;
  /** Of all files that this process holds, taken over ones too. */
  readonly maxBytes: number;
  /** `'overflow'` makes a directory with the first event, `'always'` at once. */
  readonly mode: 'overflow' | 'always';
  /** Time between two syncs, in milliseconds: the most that a power cut may take. @default 500 */
  readonly fsyncIntervalMs?: number;
  /** A file is closed at this size. @default a sixteenth of `maxBytes`, within 64 KiB and 16 MiB */
  readonly segmentBytes?: number;
  /** Time to the first new try after trouble; doubles up to 60 s. @default 1000 */
  readonly retryDelayMs?: number;
  /** A call that takes longer shows that the disk hangs. @default 10000 */
  readonly longestCallMs?: number;
  /** How often this owner says that it lives, and looks for others that do not. @default 10000 */
  readonly heartbeatMs?: number;
  /** Who writes. @default this process */
  readonly owner?: OwnerIdentity;
  /** Has watched the other owners before. @default one that begins to */
  readonly watch?: OwnerWatch;
  /** Monotonic time in milliseconds. @default that of the system */
  readonly now?: () => number;
}

/** Figures of the files of a spool: those of this process, with what it took over. */
export interface SpoolStats {
  /** Files that hold events; one is deleted once all its events are settled. */
  readonly segments: number;
  /** Bytes of all files; at most `maxBytes` of the option `spool`. */
  readonly bytes: number;
  /** Events on disk that are not settled, as they were published. */
  readonly events: number;
  /** Damaged places that were skipped while files were read. */
  readonly corruptFrames: number;
  /** Bytes at the ends of files that were not written whole, as after a crash; they were cut off. */
  readonly tornBytes: number;
  /** Files that were deleted with events in them, to keep to `maxBytes`. */
  readonly droppedSegments: number;
  /** Writes to files. */
  readonly writes: number;
  /** Times that files were forced to the disk. */
  readonly fsyncs: number;
}
