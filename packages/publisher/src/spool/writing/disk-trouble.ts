import { clearTimeout, setTimeout } from '../../time/clock.js';
import type { SpoolTrouble } from '../spool-options.js';

const LONGEST_RETRY_MS = 60_000;
const IS_FULL = new Set(['ENOSPC', 'EDQUOT']);

/** Told of trouble once, until it is over: then of `undefined`. */
export type TellTrouble = (trouble: SpoolTrouble | undefined) => void;

/** Whether the disk can be written to at present; where it cannot, it is tried again at growing intervals. */
export class DiskTrouble {
  readonly #root: string;
  readonly #retryDelayMs: number;
  readonly #tryDisk: () => Promise<void>;
  readonly #tell: TellTrouble;
  #current: SpoolTrouble | undefined;
  #isTold = false;
  #timer: NodeJS.Timeout | undefined;
  #trying: Promise<void> | undefined;
  #nextDelayMs: number;
  #isClosed = false;

  /** @param tryDisk tries whether writing works; rejects with what the system says when it does not */
  constructor(root: string, retryDelayMs: number, tryDisk: () => Promise<void>, tell: TellTrouble) {
    this.#root = root;
    this.#retryDelayMs = retryDelayMs;
    this.#nextDelayMs = retryDelayMs;
    this.#tryDisk = tryDisk;
    this.#tell = tell;
  }

  /** Undefined while the disk can be written to. */
  get current(): SpoolTrouble | undefined {
    return this.#current;
  }

  /** Writing failed. */
  begin(error: unknown): SpoolTrouble {
    const trouble = describeTrouble(error, this.#root);
    this.#current = trouble;
    if (!this.#isTold) {
      this.#isTold = true;
      this.#tell(trouble);
    }
    this.#schedule();
    return trouble;
  }

  /** Writing works again. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#nextDelayMs = this.#retryDelayMs;
    this.#current = undefined;
    this.#isTold = false;
    this.#tell(undefined);
  }

  /**
   * Writes although the time for the next try has not come: there will be no other.
   *
   * @param write is told of the trouble, and says whether it wrote anything
   */
  overlook(write: (trouble: SpoolTrouble | undefined) => boolean): void {
    const before = this.#current;
    this.#current = undefined;
    const hasWritten = write(before);
    if (before === undefined || this.#current !== undefined) return;
    if (hasWritten) this.end();
    else this.#current = before; // nothing was written that could have shown that it works
  }

  /** Tries no more. Resolves when no try is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#trying;
  }

  get #delayMs(): number {
    // Somebody may make room at any moment, and events are dropped until that is seen: within a second, by default.
    return IS_FULL.has(this.#current?.code ?? '') ? this.#retryDelayMs / 2 : this.#nextDelayMs;
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#trying !== undefined || this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#trying = this.#tryAgain();
    }, this.#delayMs).unref();
    this.#nextDelayMs = Math.min(this.#nextDelayMs * 2, LONGEST_RETRY_MS);
  }

  async #tryAgain(): Promise<void> {
    const works = await this.#tryDisk().then(
      () => true,
      () => false,
    );
    this.#trying = undefined;
    // What was written at the end of the process may have shown meanwhile that it works.
    if (this.#isClosed || this.#current === undefined) return;
    if (works) this.end();
    else this.#schedule();
  }
}

/** Describes a failed write. `code` is the system's, such as `ENOSPC`. */
function describeTrouble(error: unknown, directory: string): SpoolTrouble {
  const { code = 'EUNKNOWN', message = String(error) } = error as NodeJS.ErrnoException;
  return {
    code,
    message: `The spool cannot write to ${directory} (${message}); ${advice(code)} It is tried again at intervals.`,
  };
}

function advice(code: string): string {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'free space on that disk.';
    case 'EACCES':
    case 'EPERM':
      return 'let the user of this process write there.';
    case 'EROFS':
      return 'mount it writable, or name another directory.';
    case 'ENOENT':
      return 'it was deleted, or taken over by another process.';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'name a directory, not a file.';
    case 'ETIMEDOUT':
      return 'the disk hangs, and events stay in memory.';
    case 'EMFILE':
    case 'ENFILE':
      return 'raise the limit of open files.';
    default:
      return 'until then events stay in memory.';
  }
}
