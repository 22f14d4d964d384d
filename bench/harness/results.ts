import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Machine } from './machine.js';
import type { Group, Metrics } from './row.js';

export interface CaseResult {
  readonly id: string;
  readonly label: string;
  readonly group: Group;
  readonly task: Readonly<Record<string, unknown>>;
  readonly medians: Readonly<Record<string, number>>;
  readonly runs: readonly Metrics[];
  /** Why runs gave no numbers. */
  readonly failures?: readonly string[];
  /** Why it was not run at all. */
  readonly skipped?: string;
}

export interface RowResult {
  /** `short` for figures that are for trying only. */
  readonly scale: 'full' | 'short';
  readonly cases: readonly CaseResult[];
  readonly machine?: Machine;
}

export type Results = Readonly<Record<string, RowResult>>;

/** One file with what every row gave when it was last measured. */
export class ResultFile {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  read(): Results {
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw error;
    }
  }

  /** Puts a row in the place of what it gave before; whatever interrupts this, the file is whole. */
  merge(name: string, row: RowResult): Results {
    const results = { ...this.read(), [name]: row };
    mkdirSync(path.dirname(this.#file), { recursive: true });
    writeFileSync(`${this.#file}.new`, `${JSON.stringify(results, undefined, 1)}\n`);
    renameSync(`${this.#file}.new`, this.#file);
    return results;
  }
}
