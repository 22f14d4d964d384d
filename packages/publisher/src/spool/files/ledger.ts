import fs from 'node:fs';
import path from 'node:path';
import { type IdRange, RangeSet } from '../../structures/range-set.js';
import { setImmediate } from '../../time/clock.js';
import { ByteSink } from '../format/bytes.js';
import { frameAt } from '../format/frame.js';
import { scanFrames } from '../format/frame-scan.js';
import {
  decodeLedgerRecord,
  encodeAcknowledged,
  encodePut,
  type PutRecord,
} from '../format/ledger-record.js';
import { onDisk, syncDirectory } from '../system/disk-calls.js';
import { openTrusted, openTrustedSync, UntrustedError } from '../system/trusted.js';
import { APPEND_FLAGS, AppendFile, type MadeDirectory } from './append-file.js';

export const LEDGER_FILE = 'ledger';
export const NEW_LEDGER_FILE = 'ledger.new';
const COMPACT_BYTES = 1024 * 1024;
/** It is written anew when it has doubled, and a hundredth of that holds all that a spool can have open. */
const MOST_LEDGER_BYTES = 256 * 1024 * 1024;

/** The contents of a ledger when it was read. Ids are those of the directory's own files. */
export interface LedgerContent {
  readonly acknowledged: RangeSet;
  /** In the order written, so newer ones come later. */
  readonly puts: readonly PutRecord[];
  /** Places that hold no valid record; a torn end counts as one. */
  readonly damagedPlaces: number;
  /** Why it could not be read; a ledger that is not there is empty. */
  readonly problem: string | undefined;
  /** Why it is left alone, with the directory: somebody else may have put it there, or changed it. */
  readonly distrust: string | undefined;
  /** Whether a whole record is of a kind that this version does not know. */
  readonly isUnknown: boolean;
}

/** Where a ledger lies. */
export interface LedgerDirectory extends MadeDirectory {
  readonly path: string;
}

/** Facts that a ledger asks of its directory when it is written anew. */
export interface LedgerState {
  /** Settled ids of the segments that still exist. */
  acknowledged(): readonly IdRange[];
  /** Whether a put waits to be settled. */
  isPending(put: PutRecord): boolean;
}

/** Told when a record of the ledger was written, or that it was not. */
type Written = (written: boolean) => void;

/**
 * Which events of a directory are settled, and which puts were about to be sent. Never throws and never rejects:
 * what cannot be written is remembered by its owner, and is written with the next {@link rewrite}.
 */
export class Ledger {
  readonly #directory: LedgerDirectory;
  readonly #state: LedgerState;
  readonly #onError: (error: NodeJS.ErrnoException) => void;
  #file: AppendFile<Written> | undefined;
  // Encoded, as that is the smallest; dropped when the ledger is written anew.
  #puts: Buffer[] = [];
  #acknowledged: IdRange[] = [];
  #flushScheduled = false;
  // Records that wait until the ledger that is being written anew is in place.
  #held: { readonly buffer: Buffer; readonly written: Written }[] | undefined;
  #compactAtBytes = COMPACT_BYTES;
  #rewriting: Promise<boolean> | undefined;
  #isBroken = false;
  // Whether the name of the file may not be on the disk.
  #isNewName = false;
  #isClosed = false;
  bytes = 0;
  writes = 0;

  constructor(
    directory: LedgerDirectory,
    state: LedgerState,
    onError: (error: NodeJS.ErrnoException) => void,
  ) {
    this.#directory = directory;
    this.#state = state;
    this.#onError = onError;
  }

  /** True while records are missing in the file. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Whether the kernel has everything noted so far, or it cannot be written. */
  get isWritten(): boolean {
    if (this.#isBroken) return true;
    return this.#acknowledged.length === 0 && this.#rewriting === undefined && (this.#file?.isIdle ?? true);
  }

  /** Takes over the puts that an earlier owner noted and never settled, and the size of its file. */
  adopt(puts: readonly PutRecord[], bytes: number): void {
    this.bytes = bytes;
    this.#puts = puts.map((put) => {
      const sink = new ByteSink(256);
      encodePut(sink, put);
      return sink.take();
    });
  }

  /** Notes settled ids; written at the end of the current turn of the event loop. */
  acknowledge(ranges: readonly IdRange[]): void {
    if (this.#isClosed) return;
    for (const range of ranges) this.#acknowledged.push(range);
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    setImmediate(() => this.#flushAcknowledged());
  }

  /** Resolves with whether the kernel has the record. */
  notePut(put: PutRecord): Promise<boolean> {
    this.#flushAcknowledged();
    if (this.#isBroken || this.#isClosed) return Promise.resolve(false);
    const sink = new ByteSink(256);
    encodePut(sink, put);
    const buffer = sink.take();
    this.#puts.push(buffer);
    return new Promise((resolve) => this.#append(buffer, resolve));
  }

  /** Resolves when the kernel has everything noted so far, or it was found that it cannot be written. */
  async written(): Promise<void> {
    this.#flushAcknowledged();
    while (this.#rewriting !== undefined) await this.#rewriting;
    await this.#file?.idle();
  }

  /** Resolves with whether everything noted so far is on the disk. */
  async sync(): Promise<boolean> {
    this.#flushAcknowledged();
    // What is held meanwhile may make it grow so much that it is written anew once more.
    while (this.#rewriting !== undefined) await this.#rewriting;
    if (this.#isBroken) return false;
    const file = this.#file;
    if (file === undefined) return true;
    await file.idle();
    if (this.#isNewName) {
      this.#isNewName = false;
      await syncDirectory(this.#directory.path);
    }
    try {
      await file.sync();
      return !this.#isBroken;
    } catch {
      return false;
    }
  }

  /** Nobody waits for it any more, as the disk hangs: what is missing in it is written anew when the disk is back. */
  abandon(error: NodeJS.ErrnoException): void {
    for (const record of this.#held ?? []) record.written(false);
    this.#file?.abandon(error);
    this.#isBroken = true;
  }

  /** Has everything noted so far on the disk when it returns, if that is possible. */
  flushSync(): void {
    this.#flushAcknowledged();
    this.#file?.flushSync();
    const held = this.#held;
    if (held === undefined || held.length === 0) return;
    const buffer = Buffer.concat(held.map((record) => record.buffer));
    // The new ledger may or may not be in place when the process is gone; a record that is read twice is harmless.
    for (const name of [LEDGER_FILE, NEW_LEDGER_FILE]) {
      try {
        const fd = openTrustedSync(path.join(this.#directory.path, name), APPEND_FLAGS);
        try {
          fs.writeFileSync(fd, buffer);
        } finally {
          fs.closeSync(fd);
        }
      } catch {}
    }
  }

  /**
   * Writes the ledger anew from what the directory knows: to a new file, on the disk, renamed over the old one.
   * Resolves with whether that worked.
   */
  rewrite(): Promise<boolean> {
    if (this.#isClosed) return Promise.resolve(false);
    this.#rewriting ??= this.#rewrite().finally(() => {
      this.#rewriting = undefined;
    });
    return this.#rewriting;
  }

  /** Takes no more notes: another process may have the directory soon. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.sync();
    await this.#file?.close();
    this.#file = undefined;
  }

  async #rewrite(): Promise<boolean> {
    this.#flushAcknowledged();
    const held: { readonly buffer: Buffer; readonly written: Written }[] = [];
    this.#held = held;
    const old = this.#file;
    await old?.idle();
    // From here on nothing is awaited until the state is taken: what comes later is held, and follows it.
    const puts = this.#puts.filter((buffer) => this.#isPending(buffer));
    const sink = new ByteSink(4096);
    encodeAcknowledged(sink, this.#state.acknowledged());
    const content = Buffer.concat([sink.take(), ...puts]);
    const putsBefore = this.#puts.length;
    const target = path.join(this.#directory.path, NEW_LEDGER_FILE);
    let done = false;
    try {
      await this.#directory.make();
      await onDisk(() => fs.promises.rm(target, { force: true }));
      const { O_WRONLY, O_CREAT, O_EXCL } = fs.constants;
      const handle = await openTrusted(target, O_WRONLY | O_CREAT | O_EXCL);
      try {
        await onDisk(async () => {
          await handle.writeFile(content);
          await handle.datasync();
        });
      } finally {
        await onDisk(() => handle.close());
      }
      await onDisk(() => fs.promises.rename(target, path.join(this.#directory.path, LEDGER_FILE)));
      await syncDirectory(this.#directory.path);
      done = true;
    } catch (error) {
      await onDisk(() => fs.promises.rm(target, { force: true })).catch(() => {});
      // The old ledger is whole: it goes on, and is tried again when it has doubled.
      if (old === undefined && !this.#isBroken) this.#fail(error as NodeJS.ErrnoException);
    }
    if (done) {
      this.#file = undefined;
      void old?.close();
      this.#isBroken = false;
      this.bytes = content.length;
      this.#puts = [...puts, ...this.#puts.slice(putsBefore)];
    }
    this.#compactAtBytes = Math.max(COMPACT_BYTES, this.bytes * 2);
    this.#held = undefined;
    for (const record of held) this.#append(record.buffer, record.written);
    return done;
  }

  #isPending(buffer: Buffer): boolean {
    const frame = frameAt(buffer, 0, buffer.length);
    if (typeof frame !== 'object') return false;
    const record = decodeLedgerRecord(buffer, frame.payloadStart, frame.payloadEnd);
    return record.kind === 'put' && this.#state.isPending(record.put);
  }

  #flushAcknowledged(): void {
    this.#flushScheduled = false;
    if (this.#acknowledged.length === 0) return;
    const set = RangeSet.of(this.#acknowledged);
    this.#acknowledged = [];
    const sink = new ByteSink(256);
    encodeAcknowledged(sink, set.ranges());
    this.#append(sink.take(), () => {});
  }

  #append(buffer: Buffer, written: Written): void {
    if (this.#held !== undefined) {
      this.#held.push({ buffer, written });
      return;
    }
    if (this.#isBroken) {
      written(false);
      return;
    }
    this.#file ??= this.#open();
    this.bytes += buffer.length;
    this.#file.append(buffer, written);
    if (this.bytes > this.#compactAtBytes && this.#rewriting === undefined) void this.rewrite();
  }

  #open(): AppendFile<Written> {
    this.#isNewName = true;
    const target = path.join(this.#directory.path, LEDGER_FILE);
    const ended = (tags: readonly Written[], error?: NodeJS.ErrnoException): void => {
      if (error === undefined) this.writes += 1;
      // Not of one that was replaced.
      else if (this.#file === file) this.#fail(error);
      for (const tag of tags) tag(error === undefined);
    };
    const file = new AppendFile<Written>(target, APPEND_FLAGS, ended, this.#directory);
    return file;
  }

  #fail(error: NodeJS.ErrnoException): void {
    this.#isBroken = true;
    void this.#file?.close();
    this.#file = undefined;
    this.#onError(error);
  }
}

/** Reads a ledger. Whatever is wrong with it, what can be read is returned. */
export async function readLedger(directory: string): Promise<LedgerContent> {
  const acknowledged: IdRange[] = [];
  const puts: PutRecord[] = [];
  let damagedPlaces = 0;
  let isUnknown = false;
  let problem: string | undefined;
  let distrust: string | undefined;
  let file: fs.promises.FileHandle | undefined;
  try {
    file = await openTrusted(path.join(directory, LEDGER_FILE), fs.constants.O_RDONLY);
    const opened = file;
    if ((await onDisk(() => opened.stat())).size > MOST_LEDGER_BYTES)
      throw new UntrustedError('is larger than any ledger that is written');
    for await (const piece of scanFrames(file, 0, Number.POSITIVE_INFINITY)) {
      damagedPlaces += piece.corruptFrames + (piece.tornBytes > 0 ? 1 : 0);
      for (const { buffer, payloadStart, payloadEnd } of piece.frames) {
        try {
          const record = decodeLedgerRecord(buffer, payloadStart, payloadEnd);
          if (record.kind === 'put') puts.push(record.put);
          else for (const range of record.ranges) acknowledged.push(range);
        } catch {
          isUnknown = true;
        }
      }
    }
  } catch (error) {
    if (error instanceof UntrustedError) distrust = error.reason;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (distrust === undefined && code !== 'ENOENT') problem = code;
  } finally {
    await onDisk(async () => file?.close());
  }
  return { acknowledged: RangeSet.of(acknowledged), puts, damagedPlaces, problem, distrust, isUnknown };
}
