import type { EventEmitter } from 'node:events';
import fs from 'node:fs';
import { onDisk, turn, turnNow } from '../system/disk-calls.js';
import { openTrustedDescriptor, openTrustedSync } from '../system/trusted.js';

// Joined into one write: measured as fast as any larger size.
const WRITE_BYTES = 256 * 1024;
/** A file that is appended to, and made when it is missing. */
export const APPEND_FLAGS = fs.constants.O_WRONLY | fs.constants.O_APPEND | fs.constants.O_CREAT;

// The declarations of sonic-boom do not know that `contentMode: 'buffer'` takes buffers.
interface BufferWriter extends EventEmitter {
  write(data: Buffer): boolean;
}

/** The directory of a file: both are made when there is something to write, on the disk's time. */
export interface MadeDirectory {
  /** Resolves when it is there; rejects with what the system says. */
  make(): Promise<void>;
  /** The same at the end of the process. Throws what the system says. */
  makeSync(): void;
}

const IS_THERE: MadeDirectory = { make: () => Promise.resolve(), makeSync: () => {} };

interface Entry<T> {
  readonly buffer: Buffer;
  readonly tag: T;
}

/**
 * Told what became of the buffers that were given to an {@link AppendFile}, in their order: they were written, or, with an
 * error, they were not, and the file takes nothing more. None when what was written could not be put on the disk.
 */
export type Appended<T> = (tags: readonly T[], error?: NodeJS.ErrnoException) => void;

/**
 * A file that is only appended to. Buffers wait here, and at most one write of them is with `sonic-boom` at a time:
 * so it is known at every instant which of them the kernel has, `writeSync` can write all others at once, and after
 * an error nothing is hidden in a queue that would never be closed.
 */
export class AppendFile<T> {
  readonly path: string;
  /** Tells whether the path still names this file; undefined until it is open. */
  inode: number | undefined;
  readonly #flags: number;
  readonly #directory: MadeDirectory;
  readonly #ended: Appended<T>;
  #fd: number | undefined;
  #writer: BufferWriter | undefined;
  /** Until it is open, or cannot be opened. */
  #opening: Promise<void> | undefined;
  #waiting: Entry<T>[] = [];
  #inFlight: Entry<T>[] = [];
  #writerIsBusy = false;
  #waitsForTurn = false;
  #endTurn: () => void = () => {};
  #inFlightWritten = 0;
  // Bytes of the file that hold whole entries; unknown once a synchronous write overtook one in flight.
  #wholeBytes: number | undefined;
  // Whether the kernel may have bytes that are not on the disk.
  #isDirty = false;
  #failure: NodeJS.ErrnoException | undefined;
  #closed: Promise<void> | undefined;
  #isClosing = false;
  #whenIdle: (() => void)[] = [];

  /**
   * Begins to open the file, which is made with mode 0600 where it is missing.
   *
   * @param ended hears also when that fails
   * @param directory is made before
   */
  constructor(path: string, flags: number, ended: Appended<T>, directory = IS_THERE) {
    this.path = path;
    this.#flags = flags;
    this.#ended = ended;
    this.#directory = directory;
    this.#opening = this.#open();
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#inFlight.length === 0;
  }

  get failure(): NodeJS.ErrnoException | undefined {
    return this.#failure;
  }

  /** Takes a buffer, which must not change afterwards. Not to be called after a failure or `close`. */
  append(buffer: Buffer, tag: T): void {
    this.#waiting.push({ buffer, tag });
    this.#pump();
  }

  /** Resolves when everything given was written or has failed. */
  idle(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  /**
   * Asks the kernel to put what it has on the disk. Rejects with the error of `fdatasync`; of one that is made while
   * the file closes the owner hears.
   */
  async sync(): Promise<void> {
    await this.#opening;
    if (this.#closed !== undefined) return this.#closed;
    const fd = this.#fd;
    if (fd === undefined) return;
    this.#isDirty = false;
    await onDisk(async () => {
      const error = await errorOf((done) => fs.fdatasync(fd, done));
      if (error === null) return;
      this.#isDirty = true;
      throw error;
    });
  }

  /**
   * Has everything given so far in the kernel when it returns, or has said that it failed. A write in flight is
   * written once more, as nobody would see it end when the process exits: readers pass over an entry that comes
   * twice. Returns whether that was so.
   */
  writeSync(): boolean {
    const overtakes = this.#inFlight.length > 0;
    const entries = [...this.#inFlight, ...this.#waiting];
    if (this.#failure !== undefined || entries.length === 0) return false;
    const fd = this.#openNow();
    if (fd === undefined) return false;
    if (overtakes) this.#wholeBytes = undefined;
    this.#inFlight = [];
    this.#waiting = [];
    this.#isDirty = true;
    let index = 0;
    try {
      for (; index < entries.length; index++) {
        const { buffer } = entries[index] as Entry<T>;
        for (let at = 0; at < buffer.length; ) at += fs.writeSync(fd, buffer, at);
        if (this.#wholeBytes !== undefined) this.#wholeBytes += buffer.length;
      }
    } catch (error) {
      this.#fail(error as NodeJS.ErrnoException, entries, index);
      return overtakes;
    }
    this.#ended(entries.map((entry) => entry.tag));
    this.#settleIdle();
    return overtakes;
  }

  /** The same as {@link writeSync}, and has it on the disk, too. */
  flushSync(): boolean {
    const overtakes = this.writeSync();
    if (this.#failure !== undefined || !this.#isDirty || this.#isClosing || this.#fd === undefined)
      return overtakes;
    this.#isDirty = false;
    try {
      fs.fdatasyncSync(this.#fd);
    } catch (error) {
      this.#fail(error as NodeJS.ErrnoException, [], 0);
    }
    return overtakes;
  }

  /**
   * Gives up what the kernel was not seen to take, as the disk hangs. A write that is under way may be done all the same;
   * it is cut off when it is.
   */
  abandon(error: NodeJS.ErrnoException): void {
    if (!this.isIdle) this.#giveUp(error);
  }

  /**
   * Waits for the writes under way, puts them on the disk and closes the file. Never rejects: the owner is told
   * when that fails.
   */
  close(): Promise<void> {
    this.#closed ??= this.idle().then(() => this.#closeNow());
    return this.#closed;
  }

  async #open(): Promise<void> {
    try {
      // Loaded with the first file: most publishers have no spool.
      const { SonicBoom } = (await import('sonic-boom')).default;
      await this.#openDescriptor();
      if (this.#failure === undefined) this.#startWriter(SonicBoom);
    } catch (error) {
      this.#giveUp(error as NodeJS.ErrnoException);
    } finally {
      this.#opening = undefined;
    }
    this.#pump();
  }

  async #openDescriptor(): Promise<void> {
    try {
      await this.#directory.make();
      const { fd, stat } = await openTrustedDescriptor(this.path, this.#flags);
      // Opened synchronously meanwhile, or given up.
      if (this.#fd !== undefined || this.#failure !== undefined)
        await onDisk(() => errorOf((done) => fs.close(fd, done)));
      else this.#opened(fd, stat);
    } catch (error) {
      if (this.#fd === undefined) throw error;
    }
  }

  /** At the end of the process nobody waits for {@link #open}. */
  #openNow(): number | undefined {
    if (this.#fd !== undefined) return this.#fd;
    try {
      this.#directory.makeSync();
      // The file may have been made in this moment, for the descriptor that nobody waits for.
      const fd = openTrustedSync(this.path, this.#flags & ~fs.constants.O_EXCL);
      this.#opened(fd, fs.fstatSync(fd));
      return fd;
    } catch (error) {
      this.#giveUp(error as NodeJS.ErrnoException);
      return undefined;
    }
  }

  #opened(fd: number, { size, ino }: fs.Stats): void {
    this.#fd = fd;
    this.#wholeBytes = size;
    this.inode = ino;
  }

  #startWriter(SonicBoom: typeof import('sonic-boom').SonicBoom): void {
    this.#writer = new SonicBoom({
      fd: this.#fd,
      contentMode: 'buffer',
      minLength: 0,
      maxWrite: Number.MAX_SAFE_INTEGER,
      // Anything but success is an error here: the owner of the file decides when to try again.
      retryEAGAIN: () => false,
    }) as unknown as BufferWriter;
    this.#writer.on('error', (error: NodeJS.ErrnoException) => this.#onError(error));
    this.#writer.on('write', (bytes: number) => {
      this.#inFlightWritten += bytes;
    });
    this.#writer.on('drain', () => this.#onDrain());
  }

  #pump(): void {
    if (this.#writer === undefined || this.#writerIsBusy || this.#waitsForTurn || !this.#hasMore) return;
    const release = turnNow();
    if (release !== undefined) {
      this.#write(release);
      return;
    }
    this.#waitsForTurn = true;
    void turn().then((later) => {
      this.#waitsForTurn = false;
      if (this.#hasMore) this.#write(later);
      else later(); // it was written synchronously meanwhile
    });
  }

  get #hasMore(): boolean {
    return this.#failure === undefined && this.#waiting.length > 0;
  }

  #write(release: () => void): void {
    this.#endTurn = release;
    let bytes = 0;
    let count = 0;
    for (const { buffer } of this.#waiting) {
      if (count > 0 && bytes + buffer.length > WRITE_BYTES) break;
      bytes += buffer.length;
      count += 1;
    }
    this.#inFlight = this.#waiting.splice(0, count);
    this.#inFlightWritten = 0;
    this.#writerIsBusy = true;
    const [only] = this.#inFlight;
    const joined =
      count === 1 && only !== undefined
        ? only.buffer
        : Buffer.concat(
            this.#inFlight.map((entry) => entry.buffer),
            bytes,
          );
    this.#writer?.write(joined);
  }

  #onDrain(): void {
    this.#writerIsBusy = false;
    this.#endTurn();
    // Empty when writeSync took the entries over; they were reported then.
    const done = this.#inFlight;
    this.#inFlight = [];
    if (done.length > 0) {
      if (this.#wholeBytes !== undefined) this.#wholeBytes += this.#inFlightWritten;
      this.#isDirty = true;
      this.#ended(done.map((entry) => entry.tag));
    }
    this.#pump();
    if (this.isIdle) this.#settleIdle();
  }

  #onError(error: NodeJS.ErrnoException): void {
    this.#writerIsBusy = false;
    this.#endTurn();
    // Of a write that `writeSync` overtook, or of closing: everything was written, or reported.
    if (this.#failure !== undefined || this.#isClosing) return;
    let whole = 0;
    let bytes = 0;
    for (const { buffer } of this.#inFlight) {
      if (bytes + buffer.length > this.#inFlightWritten) break;
      bytes += buffer.length;
      whole += 1;
    }
    if (this.#wholeBytes !== undefined) this.#wholeBytes += bytes;
    this.#giveUp(error, whole);
  }

  /** @param written entries that the kernel has */
  #giveUp(error: NodeJS.ErrnoException, written = 0): void {
    const entries = [...this.#inFlight, ...this.#waiting];
    this.#inFlight = [];
    this.#waiting = [];
    this.#fail(error, entries, written);
  }

  #fail(error: NodeJS.ErrnoException, entries: readonly Entry<T>[], written: number): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    const tags = entries.map((entry) => entry.tag);
    if (written > 0) this.#ended(tags.slice(0, written));
    this.#settleIdle();
    this.#ended(tags.slice(written), error);
    void this.close();
  }

  #settleIdle(): void {
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of waiting) resolve();
  }

  async #closeNow(): Promise<void> {
    this.#isClosing = true;
    await this.#opening;
    const fd = this.#fd;
    if (fd === undefined) return;
    // A write that writeSync overtook may still be with the thread pool, and go on in several pieces: the descriptor
    // must outlive it, as its number may soon be another file's.
    while (this.#writerIsBusy) {
      await new Promise<void>((resolve) => {
        this.#writer?.once('drain', resolve);
        this.#writer?.once('error', () => resolve());
      });
    }
    const whole = this.#wholeBytes;
    // Cuts a half written entry off. Where that fails too, readers pass over the torn frame.
    if (this.#failure !== undefined && whole !== undefined)
      await onDisk(() => errorOf((done) => fs.ftruncate(fd, whole, done)));
    // Not by sonic-boom: its `destroy()` passes over an error of fsync, and its `end()` never closes after ENOSPC.
    const unsynced = await onDisk(() => errorOf((done) => fs.fdatasync(fd, done)));
    const unclosed = await onDisk(() => errorOf((done) => fs.close(fd, done)));
    const error = unsynced ?? unclosed;
    if (error === null || this.#failure !== undefined) return;
    this.#failure = error;
    this.#ended([], error);
  }
}

/** Resolves with the error of a call, or null. */
function errorOf(call: (done: fs.NoParamCallback) => void): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => call(resolve));
}
