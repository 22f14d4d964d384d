import fs from 'node:fs';
import path from 'node:path';
import { now } from '../../time/clock.js';
import { onDisk } from '../system/disk-calls.js';
import {
  HEARTBEAT_MS,
  listOwnerEntries,
  lookUpOwner,
  type OwnerEntry,
  type OwnerIdentity,
} from './owner-directory.js';

/** An owner that the system tells nothing of, say of another container, has ended when it was silent for so many beats. */
export const SILENT_BEATS = 6;
// Where threads have no numbers, one may have ended in a process that lives. It may as well be held up, say by a debugger.
const SILENT_THREAD_BEATS = 30;

/** `'unseen'`: the system tells nothing of it, and it was not watched for long enough. */
export type OwnerState = 'released' | 'dead' | 'alive' | 'unseen';

interface Seen {
  /** When its owner touched it last, by whatever clock. */
  touched: number;
  /** When that was looked up, by the clock of this watch. */
  lookedAt: number;
  /** How many beats in a row it was not touched. */
  silentBeats: number;
  /** Whether it was touched while it was watched. */
  isAlive: boolean;
}

/**
 * Tells which directories of a spool nobody writes to any more. Clocks have no say in it, as those of two hosts differ
 * and are set: what counts is whether a directory was touched between two beats of this process. While this process is
 * held up, say as the machine sleeps, it has no beats either.
 */
export class OwnerWatch {
  readonly #root: string;
  readonly #self: OwnerIdentity;
  readonly #beatMs: number;
  readonly #now: () => number;
  readonly #seen = new Map<string, Seen>();

  /** @param time milliseconds of a clock that nobody sets */
  constructor(root: string, self: OwnerIdentity, beatMs = HEARTBEAT_MS, time: () => number = now) {
    this.#root = root;
    this.#self = self;
    this.#beatMs = beatMs;
    this.#now = time;
  }

  /** The directories that are there, oldest first. Throws what `readdir` throws. */
  async list(): Promise<OwnerEntry[]> {
    const entries = await listOwnerEntries(this.#root);
    const names = new Set(entries.map(({ name }) => name));
    for (const name of this.#seen.keys()) if (!names.has(name)) this.#seen.delete(name);
    return entries;
  }

  /** Looks at a directory; to be called once a beat. What the system does not tell shows after several calls only. */
  async look({ name, owner }: OwnerEntry): Promise<OwnerState> {
    if (owner === undefined) return 'released';
    const isHere = owner.scope === this.#self.scope;
    const known = isHere ? lookUpOwner(owner) : 'unknown';
    if (known === 'dead') return 'dead';
    // An owner that lives is never held for dead, unless all threads of this process go by its number: these are held up together.
    if (known === 'alive' && owner.pid !== process.pid) return 'alive';
    const seen = await this.#lookAt(name);
    if (seen === undefined) return 'unseen';
    if (seen.silentBeats >= (isHere ? SILENT_THREAD_BEATS : SILENT_BEATS)) return 'dead';
    return isHere || seen.isAlive ? 'alive' : 'unseen';
  }

  async #lookAt(name: string): Promise<Seen | undefined> {
    const before = this.#seen.get(name);
    let touched: number;
    try {
      touched = (await onDisk(() => fs.promises.stat(path.join(this.#root, name)))).mtimeMs;
    } catch {
      return undefined;
    }
    const lookedAt = this.#now();
    if (before === undefined || before.touched !== touched) {
      const seen = { touched, lookedAt, silentBeats: 0, isAlive: before !== undefined };
      this.#seen.set(name, seen);
      return seen;
    }
    // Beats that were late may follow each other at once; an owner needs the time between them.
    if (lookedAt - before.lookedAt > this.#beatMs * 0.9) {
      before.lookedAt = lookedAt;
      before.silentBeats += 1;
    }
    return before;
  }
}
