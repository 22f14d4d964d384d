import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { atEnd, temporaryDirectory } from './spool-fixture.ts';

const CALLS = ['open', 'write', 'fdatasync', 'fstat', 'ftruncate', 'close'] as const;
const PROMISES = [
  'access',
  'lstat',
  'mkdir',
  'open',
  'readdir',
  'rename',
  'rm',
  'rmdir',
  'stat',
  'utimes',
] as const;

type Call = (...args: unknown[]) => unknown;

/**
 * A disk that hangs when the test wants it: each call for what lies in a directory then holds a thread of libuv's pool, as
 * it does on a disk that does not answer, until the disk works again. Opening a pipe for which nobody writes does that.
 */
export class HangingDisk {
  readonly #pipe: string;
  readonly #directory: string;
  readonly #files = new Set<number>();
  readonly #original = { open: fs.open, close: fs.close };
  #isHanging = false;
  /** Calls that hold a thread at present. */
  held = 0;
  mostHeld = 0;

  constructor(t: TestContext, directory: string) {
    this.#directory = directory;
    this.#pipe = path.join(temporaryDirectory(t), 'pipe');
    execFileSync('mkfifo', [this.#pipe]);
    for (const name of CALLS) {
      const call = fs[name] as Call;
      const mock = t.mock.method(fs, name, (...args: unknown[]) => {
        const done = args.at(-1) as Call;
        if (name === 'open') {
          args[args.length - 1] = (error: unknown, fd: number) => {
            if (!error && this.#isOurs(args[0])) this.#files.add(fd);
            done(error, fd);
          };
        }
        const isOurs = this.#isOurs(args[0]);
        if (name === 'close') this.#files.delete(args[0] as number);
        this.#hold(isOurs, () => Reflect.apply(call, fs, args));
      });
      atEnd(t, () => mock.mock.restore());
    }
    for (const name of PROMISES) {
      const call = fs.promises[name] as Call;
      const mock = t.mock.method(fs.promises, name, (...args: unknown[]) => {
        return new Promise((resolve) => {
          this.#hold(this.#isOurs(args[0]), () => resolve(Reflect.apply(call, fs.promises, args)));
        });
      });
      atEnd(t, () => mock.mock.restore());
    }
    atEnd(t, () => this.work());
  }

  hang(): void {
    this.#isHanging = true;
  }

  /** The disk works again, and does what it was asked for meanwhile. */
  async work(): Promise<void> {
    this.#isHanging = false;
    while (this.held > 0) {
      // Opens only while somebody waits for it; each that waited goes on.
      try {
        fs.closeSync(fs.openSync(this.#pipe, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK));
      } catch {}
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #isOurs(file: unknown): boolean {
    return typeof file === 'number' ? this.#files.has(file) : String(file).startsWith(this.#directory);
  }

  #hold(isOurs: boolean, go: () => void): void {
    if (!isOurs || !this.#isHanging) {
      go();
      return;
    }
    this.held++;
    this.mostHeld = Math.max(this.mostHeld, this.held);
    this.#original.open(this.#pipe, 'r', (_error, fd) => {
      this.#original.close(fd, () => {
        this.held--;
        go();
      });
    });
  }
}
