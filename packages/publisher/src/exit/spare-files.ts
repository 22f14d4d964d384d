import { closeSync, openSync } from 'node:fs';

/** Measured on Node.js 20 to 26: a thread takes five to start and three for its first request; the lookup of a name takes some more. */
const SPARE_FILES = 12;

/**
 * Open files that are held to be given back. A process whose files are used up often ends because of it, and its last lines
 * say so; but no thread that sends them can start then. Windows has no such limit.
 */
export class SpareFiles {
  #held: number[] = [];

  hold(): void {
    if (process.platform === 'win32') return;
    try {
      while (this.#held.length < SPARE_FILES) this.#held.push(openSync('/dev/null', 'r'));
    } catch {
      // Fewer, or none, are there to be held.
    }
  }

  giveBack(): void {
    for (const file of this.#held) closeSync(file);
    this.#held = [];
  }
}
