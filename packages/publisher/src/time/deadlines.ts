import type { Clock } from './clock.js';

/** Something that is due at a time. `cancel` is cheap: the entry is skipped when its time comes. */
export class Deadline {
  readonly at: number;
  #callback: (() => void) | undefined;

  constructor(at: number, callback: () => void) {
    this.at = at;
    this.#callback = callback;
  }

  get cancelled(): boolean {
    return this.#callback === undefined;
  }

  cancel(): void {
    this.#callback = undefined;
  }

  run(): void {
    const callback = this.#callback;
    this.#callback = undefined;
    callback?.();
  }
}

/**
 * All deadlines of a publisher behind one timer, which is set for the earliest: a thousand streams cost one
 * timer, and an idle publisher has none. A binary heap ordered by time.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #heap: Deadline[] = [];
  #timer: unknown;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls back `ms` from now. */
  after(ms: number, callback: () => void): Deadline {
    const deadline = new Deadline(this.#clock.now() + ms, callback);
    this.#push(deadline);
    this.#arm();
    return deadline;
  }

  clear(): void {
    this.#heap.length = 0;
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }

  #arm(): void {
    while (this.#heap.length > 0 && this.#heap[0].cancelled) this.#pop();
    const at = this.#heap.length > 0 ? this.#heap[0].at : Number.POSITIVE_INFINITY;
    // A timer that is due too early only finds nothing to do; replacing it each time would cost more.
    if (at >= this.#timerAt) return;
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timerAt = at;
    this.#timer = this.#clock.setTimer(() => this.#fire(), Math.max(0, at - this.#clock.now()));
  }

  #fire(): void {
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    while (this.#heap.length > 0 && (this.#heap[0].at <= now || this.#heap[0].cancelled)) this.#pop().run();
    this.#arm();
  }

  #push(deadline: Deadline): void {
    const heap = this.#heap;
    let i = heap.push(deadline) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (heap[parent].at <= deadline.at) break;
      heap[i] = heap[parent];
      i = parent;
    }
    heap[i] = deadline;
  }

  #pop(): Deadline {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop() as Deadline; // only called while the heap has an entry
    if (heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1].at < heap[child].at) child++;
      if (heap[child].at >= last.at) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = last;
    return top;
  }
}
