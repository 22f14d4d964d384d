import fs from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { forgetCalls } from '../../src/spool/system/disk-calls.ts';
import { atEnd } from './spool-fixture.ts';

/** A write that was asked of the kernel and that it did not do yet. */
export interface HeldWrite {
  readonly file: string;
  /** Has the kernel do it. */
  readonly letThrough: () => void;
  /** Has the kernel do a part of it, as when the process is killed meanwhile; the process is not told. */
  readonly tear: (share: number) => void;
}

/**
 * A disk that is as slow as the test wants: writes to the files that `isHeld` names wait until they are let through.
 * Those of a file come one after the other; a process that is killed meanwhile never sees them done.
 */
export class HeldWrites {
  readonly #isHeld: (file: string) => boolean;
  #waiting: HeldWrite[] = [];
  readonly #forgotten: HeldWrite[] = [];
  readonly #dead = new Set<string>();
  readonly #deadOwners: string[] = [];
  #isFast = false;
  #isOver = false;

  constructor(t: TestContext, isHeld: (file: string) => boolean) {
    this.#isHeld = isHeld;
    const files = new Map<number, string>();
    const { open, openSync, write, writeSync } = fs;
    const asyncOpenMock = t.mock.method(fs, 'open', (...args: unknown[]) => {
      const done = args.pop() as (error: Error | null, fd: number) => void;
      Reflect.apply(open, fs, [
        ...args,
        (error: Error | null, fd: number) => {
          if (!error) files.set(fd, String(args[0]));
          done(error, fd);
        },
      ]);
    });
    const openMock = t.mock.method(fs, 'openSync', (...args: Parameters<typeof fs.openSync>) => {
      const fd = openSync(...args);
      files.set(fd, String(args[0]));
      return fd;
    });
    const writeMock = t.mock.method(fs, 'write', (fd: number, buffer: Buffer, ...args: unknown[]) => {
      const file = files.get(fd);
      const letThrough = () => Reflect.apply(write, fs, [fd, buffer, ...args]);
      const tear = (share: number) => void writeSync(fd, buffer, 0, Math.floor(buffer.length * share));
      if (file === undefined || this.#isOver) letThrough();
      else if (this.#isDead(file)) {
        this.#forgotten.push({ file, letThrough, tear });
        forgetCalls();
      } else if (this.#isFast || !this.#isHeld(file)) letThrough();
      else this.#waiting.push({ file, letThrough, tear });
    });
    atEnd(t, () => {
      asyncOpenMock.mock.restore();
      openMock.mock.restore();
      writeMock.mock.restore();
    });
  }

  /** Oldest first. */
  get waiting(): readonly HeldWrite[] {
    return this.#waiting;
  }

  /** Has the kernel do those that wait and that `which` names. */
  letThrough(which: (write: HeldWrite) => boolean = () => true): void {
    const chosen = this.#waiting.filter(which);
    this.#waiting = this.#waiting.filter((write) => !chosen.includes(write));
    for (const write of chosen) write.letThrough();
  }

  /** Holds nothing of the living from now on. */
  letAllThrough(): void {
    this.#isFast = true;
    this.letThrough();
  }

  /** To be called when the test ends, before those are closed who wait for a write. */
  end(): void {
    this.#isOver = true;
    this.letAllThrough();
    for (const write of this.#forgotten.splice(0)) write.letThrough();
  }

  /**
   * The process died that writes to files in these directories: what waits, and what its remains in this process write
   * later, is not done before the test ends.
   *
   * @param owner the process, which may have been about to make another directory
   */
  forget(directories: readonly string[], owner?: { readonly pid: number }): void {
    for (const directory of directories) this.#dead.add(directory);
    if (owner) this.#deadOwners.push(`.${owner.pid}.`);
    this.#forgotten.push(...this.#waiting.filter(({ file }) => this.#isDead(file)));
    this.#waiting = this.#waiting.filter(({ file }) => !this.#isDead(file));
    forgetCalls();
  }

  #isDead(file: string): boolean {
    const directory = path.dirname(file);
    return this.#dead.has(directory) || this.#deadOwners.some((owner) => directory.includes(owner));
  }
}
