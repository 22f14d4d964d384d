import { clearTimeout, setTimeout } from '../../time/clock.js';
import type { SpoolTrouble } from '../spool-options.js';
import { describeTrouble } from './describe-trouble.js';

const LONGEST_RETRY_MS = 60_000;
const IS_FULL = new Set(['ENOSPC', 'EDQUOT']);

/** Actions for trouble with the disk. */
export interface DiskTroubleHost {
  /** Tries whether writing works. Rejects with what the system says when it does not. */
  tryDisk(): Promise<void>;
  /** Called once until it works again. */
  onTrouble(trouble: SpoolTrouble): void;
  /** Writing works again. */
  onUsable(): void;
}

/** Whether the disk can be written to at present; where it cannot, it is tried again at growing intervals. */
export class DiskTrouble {
  readonly #root: string;
  readonly #retryDelayMs: number;
  readonly #host: DiskTroubleHost;
  #current: SpoolTrouble | undefined;
  #isTold = false;
  #timer: NodeJS.Timeout | undefined;
  #trying: Promise<void> | undefined;
  #nextDelayMs: number;
  #isClosed = false;

  constructor(root: string, retryDelayMs: number, host: DiskTroubleHost) {
    this.#root = root;
    this.#retryDelayMs = retryDelayMs;
    this.#nextDelayMs = retryDelayMs;
    this.#host = host;
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
      this.#host.onTrouble(trouble);
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
    this.#host.onUsable();
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
    const works = await this.#host.tryDisk().then(
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
