import type { BatchLimits } from '../batch/batch.js';
import type { ServiceClock } from './service-clock.js';
import { Uplink } from './uplink.js';

/** A header or an encoding of a put that not every endpoint takes. */
export type PutExtra = 'gzip' | 'emf';

const LEAST_BATCH_BYTES = 4096;

/** The facts that a publisher has learned of its endpoint, for all of its streams. */
export class Endpoint implements BatchLimits {
  readonly maxEvents: number;
  readonly time: ServiceClock;
  readonly uplink: Uplink;
  /** Sequence tokens are enforced: from then on each stream keeps to one put at a time. */
  enforcesTokens = false;
  #maxBytes: number;
  readonly #off = new Set<PutExtra>();
  #triedWithout = false;
  /** Answers that refuse everything, by how many streams they hold. */
  readonly #holding = new Map<string, number>();

  constructor({ maxEvents, maxBytes }: BatchLimits, time: ServiceClock, requestTimeoutMs: number) {
    this.time = time;
    this.uplink = new Uplink(requestTimeoutMs, maxBytes);
    this.maxEvents = maxEvents;
    this.#maxBytes = maxBytes;
  }

  /** Bytes of the largest batch that may be put, as CloudWatch Logs counts them. */
  get maxBytes(): number {
    return Math.min(this.#maxBytes, this.uplink.maxBytes);
  }

  /** A batch was refused for its size, and its parts were stored, the largest of them with so many bytes. */
  takesBatchesOf(bytes: number): void {
    this.#maxBytes = Math.min(this.#maxBytes, Math.max(bytes, LEAST_BATCH_BYTES));
  }

  /** Extras that puts go without, whatever the options say. */
  get refusedExtras(): readonly PutExtra[] {
    return [...this.#off];
  }

  /** Whether a put that was refused is worth a try without extras; true once. */
  tryWithout(): boolean {
    if (this.#triedWithout) return false;
    this.#triedWithout = true;
    return true;
  }

  /** From now on puts go without these. */
  leaveOut(extras: readonly PutExtra[]): void {
    for (const extra of extras) this.#off.add(extra);
  }

  /** The options of another publisher, such that it need not learn the same again. */
  applyTo<
    T extends { readonly gzip: boolean | 'auto'; readonly emf: boolean; readonly maxBatchBytes: number },
  >(options: T): T {
    const maxBatchBytes = Math.min(options.maxBatchBytes, this.maxBytes);
    const takes = (extra: PutExtra) => options[extra] && !this.#off.has(extra);
    return { ...options, maxBatchBytes, gzip: takes('gzip') && options.gzip, emf: takes('emf') };
  }

  /** Whether an answer refuses all that other streams put. */
  holdsOthers(answer: string): boolean {
    return this.#holding.has(answer);
  }

  /** An answer refuses all that a stream puts. @returns call it when it does not any more */
  holds(answer: string): () => void {
    this.#holding.set(answer, (this.#holding.get(answer) ?? 0) + 1);
    return () => {
      const others = (this.#holding.get(answer) ?? 1) - 1;
      if (others > 0) this.#holding.set(answer, others);
      else this.#holding.delete(answer);
    };
  }
}
