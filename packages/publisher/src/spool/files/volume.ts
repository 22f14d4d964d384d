import fs from 'node:fs';
import path from 'node:path';
import { type IdRange, RangeSet } from '../../structures/range-set.js';
import type { PutRecord } from '../format/ledger-record.js';
import { DESTINATION_FILE, type OwnerDirectory } from '../owners/owner-directory.js';
import { onDisk } from '../system/disk-calls.js';
import { LEDGER_FILE, Ledger, NEW_LEDGER_FILE } from './ledger.js';
import { type Segment, segmentNumber } from './segment.js';

/** Written for a moment, to see whether the disk takes anything. */
export const PROBE_FILE = 'probe';

/**
 * One owner directory that this process holds: its segments and its ledger. Ids in here are those of the files; the
 * spool knows an event as `id + base`, so that directories of several dead owners can lie behind each other.
 */
export class Volume {
  readonly directory: OwnerDirectory;
  readonly ledger: Ledger;
  /** Oldest first. */
  segments: Segment[] = [];
  base = 0;
  /** Taken out, and their files may still be there. */
  readonly #discarded = new Set<Segment>();
  /** Events that are settled here, where that cannot be told from the segments alone. */
  #settled: RangeSet | undefined;
  #collecting: Promise<void> = Promise.resolve();

  constructor(directory: OwnerDirectory, onLedgerError: (error: NodeJS.ErrnoException) => void) {
    this.directory = directory;
    const state = {
      acknowledged: () => this.#settledRanges(),
      isPending: (put: PutRecord) => this.isPending(put),
    };
    this.ledger = new Ledger(directory, state, onLedgerError);
  }

  /**
   * Has the ledger go on saying what is settled in segments that could not be read, which may change.
   *
   * @param acknowledged what the ledger says so far
   */
  keepSettled(acknowledged: RangeSet): void {
    this.#settled = acknowledged.clone();
  }

  get bytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.bytes, this.ledger.bytes);
  }

  get isSettled(): boolean {
    return this.segments.every((segment) => segment.unacknowledged.isEmpty);
  }

  /** Everything in the files that is not settled. */
  unacknowledged(): RangeSet {
    const all = new RangeSet();
    for (const segment of this.segments) all.addAll(segment.unacknowledged.ranges());
    return all;
  }

  /** Whether events of a put are not settled. */
  isPending({ ranges }: PutRecord): boolean {
    if (this.#settled !== undefined) return !this.#settled.includes(ranges);
    return this.segments.some((segment) => segment.unacknowledged.intersects(ranges));
  }

  /** Settles the ids in `ranges`, which are sorted. Segments without open events are deleted soon after. */
  acknowledge(ranges: readonly IdRange[]): void {
    let settledBefore = true;
    let canCollect = false;
    for (const segment of this.segments) {
      if (segment.unacknowledged.deleteAll(ranges) === 0) continue;
      settledBefore = false;
      if (segment.unacknowledged.isEmpty && segment.isComplete) canCollect = true;
    }
    if (settledBefore) return;
    this.#settled?.addAll(ranges);
    this.ledger.acknowledge(ranges);
    if (canCollect) void this.collect();
  }

  /** Deletes the complete segments without open events, once the ledger that says so is on the disk. */
  collect(): Promise<void> {
    this.#collecting = this.#collecting.then(() => this.#collect());
    return this.#collecting;
  }

  /** Takes a segment out and deletes its file. */
  async discard(segment: Segment): Promise<void> {
    segment.isDeleted = true;
    this.segments = this.segments.filter((other) => other !== segment);
    this.#discarded.add(segment);
    // The ledger goes on saying of a file that cannot be deleted that nothing in it is open.
    await onDisk(() => fs.promises.rm(segment.path, { force: true })).then(
      () => this.#discarded.delete(segment),
      () => {},
    );
  }

  /**
   * Leaves the files to the next owner; deletes them when everything is settled.
   *
   * @returns whether the directory is there still
   */
  async leave(): Promise<boolean> {
    await this.directory.make().catch(() => {});
    await this.collect();
    if (!this.isSettled) await this.repair();
    await this.ledger.close();
    if (this.isSettled) await this.#remove();
    // Fails when it was removed. Where it fails otherwise, the next owner finds out that this one is gone.
    return this.directory.release().then(
      () => true,
      () => false,
    );
  }

  /** Writes the ledger anew when records are missing in it. */
  async repair(): Promise<void> {
    if (this.ledger.isBroken) await this.ledger.rewrite();
  }

  /** Deletes the files and the directory, unless others put files there. */
  async #remove(): Promise<void> {
    await Promise.all([...this.segments, ...this.#discarded].map((segment) => this.discard(segment)));
    const names = await onDisk(() => fs.promises.readdir(this.directory.path)).catch(() => []);
    // One that could not be read, or not be deleted: the ledger says what is settled in it.
    if (names.some((name) => segmentNumber(name) !== undefined)) return;
    for (const name of [LEDGER_FILE, NEW_LEDGER_FILE, PROBE_FILE, DESTINATION_FILE]) {
      await onDisk(() => fs.promises.rm(path.join(this.directory.path, name), { force: true })).catch(
        () => {},
      );
    }
    await this.directory.remove().catch(() => {});
  }

  async #collect(): Promise<void> {
    const settled = this.segments.filter((segment) => segment.isComplete && segment.unacknowledged.isEmpty);
    if (settled.length === 0) return;
    // Where the ledger cannot be written, say on a full disk, deleting is what makes room again, and a file that
    // is not there cannot be sent twice either.
    await this.ledger.sync();
    await Promise.all(settled.map((segment) => this.discard(segment)));
  }

  #settledRanges(): IdRange[] {
    const settled = this.#settled?.clone() ?? new RangeSet();
    for (const segment of this.segments) {
      const ids = segment.ids.clone();
      ids.deleteAll(segment.unacknowledged.ranges());
      settled.addAll(ids.ranges());
    }
    for (const { ids } of this.#discarded) settled.addAll(ids.ranges());
    return settled.ranges();
  }
}
