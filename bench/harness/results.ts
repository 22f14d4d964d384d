import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
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
  /** What was found in one run more, against the endpoint that checks every event. */
  readonly checked?: Metrics;
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

/** A folder with a file for every row: what it gave when it was last measured. */
export class ResultFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What is there of these rows. */
  read(names: readonly string[]): Results {
    const found: Record<string, RowResult> = {};
    for (const name of names) {
      const file = this.#fileOf(name);
      if (existsSync(file)) found[name] = JSON.parse(readFileSync(file, 'utf8'));
    }
    return found;
  }

  /** Puts a row in the place of what it gave before; whatever interrupts this, the file is whole. */
  write(name: string, row: RowResult): void {
    const file = this.#fileOf(name);
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(`${file}.new`, `${JSON.stringify(row, undefined, 1)}\n`);
    renameSync(`${file}.new`, file);
  }

  #fileOf(name: string): string {
    return path.join(this.#folder, `${name}.json`);
  }
}
