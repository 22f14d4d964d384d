import type { RequestRecord } from '../service/request-record.js';

const KEPT = 1000;

/** The last requests. */
export class RequestLog {
  readonly #records: RequestRecord[] = [];
  #newest = 0;

  /** The number of the newest record, 0 before the first. */
  get newest(): number {
    return this.#newest;
  }

  add(record: RequestRecord): void {
    this.#records[record.number % KEPT] = record;
    this.#newest = record.number;
  }

  /** The records that are kept of those with a greater number, oldest first. */
  since(number: number): readonly RequestRecord[] {
    const records: RequestRecord[] = [];
    for (let next = Math.max(number + 1, this.#newest - KEPT + 1, 1); next <= this.#newest; next++) {
      const record = this.#records[next % KEPT];
      // After `clear` the numbers go on, and those before are gone.
      if (record?.number === next) records.push(record);
    }
    return records;
  }

  clear(): void {
    this.#records.length = 0;
  }
}
