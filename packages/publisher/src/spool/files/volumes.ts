import { type IdRange, RangeSet, shiftRanges } from '../../structures/range-set.js';
import { now } from '../../time/clock.js';
import type { Volume } from './volume.js';

// Others put files there, or some cannot be read, which may change.
const LEFT_ALONE_MS = 600_000;

/** A dead owner's directory, with the ids that its events have in this spool. */
interface Adopted {
  readonly volume: Volume;
  readonly range: IdRange;
}

/** Ids of one directory, as its files have them. */
export interface VolumePart {
  readonly volume: Volume;
  readonly ranges: readonly IdRange[];
}

/** The directories that this process holds: its own one, and those that it took over. */
export class Volumes {
  readonly #own: () => Volume | undefined;
  readonly #now: () => number;
  #adopted: Adopted[] = [];
  /** Directories that are being left. */
  readonly #leaving = new Map<Volume, Promise<void>>();
  /** Keys of those that are there still, though nothing in them is to be sent, and when they were left. */
  readonly #left = new Map<string, number>();

  /** @param time monotonic, in milliseconds */
  constructor(own: () => Volume | undefined, time: () => number = now) {
    this.#own = own;
    this.#now = time;
  }

  /** @param from only this process's own, or only those of earlier owners */
  *all(from?: 'own' | 'earlier'): Generator<Volume, void> {
    if (from !== 'own') for (const { volume } of this.#adopted) yield volume;
    const own = this.#own();
    if (own !== undefined && from !== 'earlier') yield own;
  }

  /** All whose ledgers may still be written. */
  *withLedgers(): Generator<Volume, void> {
    yield* this.#leaving.keys();
    yield* this.all();
  }

  /** Whether a directory is held by this process, or was left by it a moment ago. */
  isKnown(key: string): boolean {
    if (this.#now() - (this.#left.get(key) ?? Number.NEGATIVE_INFINITY) < LEFT_ALONE_MS) return true;
    for (const { directory } of this.all()) if (directory.key === key) return true;
    return false;
  }

  adopt(volume: Volume, range: IdRange): void {
    this.#adopted.push({ volume, range });
  }

  /** Lets go of a directory that was taken over and whose events are all settled. */
  retire(volume: Volume): void {
    if (!this.#adopted.some((adopted) => adopted.volume === volume)) return;
    this.#adopted = this.#adopted.filter((adopted) => adopted.volume !== volume);
    this.#leaving.set(volume, this.#leave(volume));
  }

  /** Writes the ledgers anew in which records are missing. */
  async repair(): Promise<void> {
    for (const volume of this.all()) await volume.repair();
  }

  /** The last id of the adopted directory that has `id`; `id` when none has it. */
  lastIdBeside(id: number): number {
    return this.#adopted.find(({ range: [from, to] }) => from <= id && id <= to)?.range[1] ?? id;
  }

  /** Sorts ids by the directory that has them, lowest first. */
  split(ranges: readonly IdRange[]): readonly VolumePart[] {
    const wanted = RangeSet.of(ranges);
    const parts: (VolumePart & { readonly firstId: number })[] = [];
    for (const { volume, range } of this.#adopted) {
      const inside = wanted.intersection([range]);
      const [first] = inside;
      if (first === undefined) continue;
      wanted.deleteAll(inside);
      parts.push({ volume, ranges: shiftRanges(inside, -volume.base), firstId: first[0] });
    }
    const own = this.#own();
    const { first } = wanted;
    if (own !== undefined && first !== undefined) {
      parts.push({ volume: own, ranges: wanted.ranges(), firstId: first });
    }
    return parts.sort((a, b) => a.firstId - b.firstId);
  }

  /** Leaves all directories to the next owners. */
  async leaveAll(): Promise<void> {
    await Promise.all(this.#leaving.values());
    for (const volume of [...this.all()]) await volume.leave();
    this.#adopted = [];
  }

  async #leave(volume: Volume): Promise<void> {
    const { key } = volume.directory;
    this.#left.set(key, this.#now());
    if (!(await volume.leave())) this.#left.delete(key);
    this.#leaving.delete(volume);
  }
}
