import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { DirectoryLock } from './directory-lock.js';
import { decodeLines, encodeLine } from './record-line.js';

const NAME = /^log-(\d{8})$/;

/** Files of records in one directory, numbered in the order in which they were begun. Only the last one grows. */
export class SegmentFiles {
  readonly #directory: string;
  readonly #lock: DirectoryLock;
  #file: number | undefined;
  #current = 0;
  #bytes = 0;

  /** @throws Error when the directory cannot be used */
  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.#directory = directory;
    this.#lock = new DirectoryLock(directory);
    this.#current = this.#numbers().at(-1) ?? 0;
  }

  /** The number of the file that grows, and its size. */
  get current(): { readonly number: number; readonly bytes: number } {
    return { number: this.#current, bytes: this.#bytes };
  }

  /** The records of all files, from the first to the last. A torn tail is cut off. */
  *read(): Generator<{ readonly number: number; readonly records: readonly unknown[] }> {
    for (const number of this.#numbers()) {
      const file = readFileSync(this.#path(number));
      const { end, records } = decodeLines(file);
      if (end < file.length) truncateSync(this.#path(number), end);
      yield { number, records };
    }
  }

  begin(): void {
    this.#closeFile();
    this.#current += 1;
    this.#bytes = 0;
    this.#file = openSync(this.#path(this.#current), 'wx');
  }

  /**
   * Writes a record. It is with the operating system when this returns, and so survives the end of this process however
   * sudden, but not that of the machine.
   */
  append(record: object): void {
    const line = encodeLine(record);
    for (let written = 0; written < line.length; ) {
      written += writeSync(this.#file ?? -1, line, written);
    }
    this.#bytes += line.length;
  }

  remove(number: number): void {
    rmSync(this.#path(number), { force: true });
  }

  close(): void {
    this.#closeFile();
    this.#lock.release();
  }

  #closeFile(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) closeSync(file);
  }

  #numbers(): number[] {
    return readdirSync(this.#directory)
      .flatMap((name) => NAME.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  }

  #path(number: number): string {
    return path.join(this.#directory, `log-${String(number).padStart(8, '0')}`);
  }
}
