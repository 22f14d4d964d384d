import { readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Directories in use by this process, whose own number says nothing about another endpoint in it. */
const held = new Set<string>();

/** Keeps a directory for one endpoint at a time. */
export class DirectoryLock {
  readonly #directory: string;
  readonly #file: string;

  /** @throws Error when another endpoint uses the directory */
  constructor(directory: string) {
    this.#directory = realpathSync(directory);
    this.#file = path.join(this.#directory, 'lock');
    const owner = held.has(this.#directory) ? process.pid : ownerOf(this.#file);
    if (owner !== undefined) {
      throw new Error(
        `${directory} is used by another cloudwatch-logs-local, process ${owner}; if there is none, delete ${this.#file}`,
      );
    }
    writeFileSync(this.#file, `${process.pid}\n`);
    held.add(this.#directory);
  }

  release(): void {
    held.delete(this.#directory);
    rmSync(this.#file, { force: true });
  }
}

/** The process that holds the lock, if it lives. In a container that was started again it has this process's number. */
function ownerOf(file: string): number | undefined {
  try {
    const owner = Number(readFileSync(file, 'utf8'));
    if (!Number.isSafeInteger(owner) || owner <= 0 || owner === process.pid) return undefined;
    process.kill(owner, 0);
    return owner;
  } catch (error) {
    // A process of another user may not be asked, but it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? Number(readFileSync(file, 'utf8')) : undefined;
  }
}
