import {
  getEnvironmentData,
  isMainThread,
  setEnvironmentData,
  threadId,
  type Worker,
} from 'node:worker_threads';
import { MAX_TIMER_MS, now } from '../time/clock.js';
import { onProcess } from './process-listeners.js';

/** Where threads find the memory that are started after this was loaded in the main thread. */
const KEY = 'cloudwatch-logs-publisher.main-end';

/** At this index: 1 once the main thread ends. */
const HAS_BEGUN = 0;
/** Counts what threads tell, for the main thread to wait for. */
const NEWS = 1;
/** From here on a place for each thread: its id, which is negative while it is at its end, or 0; and how long that takes. */
const PLACES = 2;
const MOST_THREADS = 256;

/** For a thread to begin with its end, which may just be loading the AWS SDK; one that never turns its event loop does not. */
const BEGIN_MS = 5000;
const ANSWER_MS = 500;

/** Undefined in a thread that was started before the main thread had loaded this package, if it ever does. */
const memory = sharedMemory();
onProcess('worker', 'end of the main thread', forgetAtEnd);

/**
 * This thread as one that the main thread waits for when it ends. The end of the main thread ends all others without a word:
 * what they have left is delivered while it waits, or never.
 */
export class PlaceOfThread {
  #place: number | undefined;

  /**
   * @param onMainEnd the main thread ends, and waits until this resolves, at most as long as {@link ends} was told. The wait
   * for it does not hold this thread
   */
  constructor(onMainEnd: () => Promise<unknown>) {
    if (memory)
      void waitForEnd(memory).then(async () => {
        if (this.#place === undefined) return;
        await onMainEnd();
        this.leave();
      });
  }

  get isTaken(): boolean {
    return this.#place !== undefined;
  }

  /** From now on the main thread waits for this one. */
  take(): void {
    if (!memory || this.#place !== undefined) return;
    for (let place = PLACES; place < memory.length; place += 2) {
      if (Atomics.compareExchange(memory, place, 0, threadId) !== 0) continue;
      this.#place = place;
      return;
    }
  }

  /** This thread is at its end, which takes at most so long. */
  ends(timeoutMs: number): void {
    if (!memory || this.#place === undefined) return;
    Atomics.store(memory, this.#place + 1, Math.min(Math.ceil(timeoutMs), MAX_TIMER_MS));
    tell(memory, this.#place, -threadId);
  }

  leave(): void {
    if (!memory || this.#place === undefined) return;
    tell(memory, this.#place, 0);
    this.#place = undefined;
  }
}

/** Tells the threads that the main thread ends. */
export function beginMainEnd(): void {
  if (!memory) return;
  Atomics.store(memory, HAS_BEGUN, 1);
  Atomics.notify(memory, HAS_BEGUN);
}

/**
 * Waits, without a turn of the event loop, until the threads have ended, each as long as it said.
 *
 * @returns whether all have
 */
export function waitForThreads(): boolean {
  if (!memory) return true;
  const since = now();
  for (;;) {
    const news = Atomics.load(memory, NEWS);
    const ms = longestMs(memory);
    const leftMs = ms - (now() - since);
    if (leftMs <= 0) return ms === 0;
    Atomics.wait(memory, NEWS, news, leftMs);
  }
}

function longestMs(places: Int32Array): number {
  let longest = 0;
  for (let place = PLACES; place < places.length; place += 2) {
    const id = Atomics.load(places, place);
    if (id === 0) continue;
    longest = Math.max(longest, id > 0 ? BEGIN_MS : Atomics.load(places, place + 1) + ANSWER_MS);
  }
  return longest;
}

function tell(places: Int32Array, place: number, id: number): void {
  Atomics.store(places, place, id);
  Atomics.add(places, NEWS, 1);
  Atomics.notify(places, NEWS);
}

function sharedMemory(): Int32Array | undefined {
  const known = getEnvironmentData(KEY);
  if (known instanceof SharedArrayBuffer) return new Int32Array(known);
  if (!isMainThread) return undefined;
  const made = new SharedArrayBuffer((PLACES + 2 * MOST_THREADS) * Int32Array.BYTES_PER_ELEMENT);
  setEnvironmentData(KEY, made);
  return new Int32Array(made);
}

/** One that was terminated has not left its place. */
function forgetAtEnd(worker: Worker): void {
  const { threadId: id } = worker; // -1 once it has ended
  worker.once('exit', () => {
    if (!memory) return;
    for (let place = PLACES; place < memory.length; place += 2) {
      for (const known of [id, -id]) Atomics.compareExchange(memory, place, known, 0);
    }
  });
}

/** Every Node.js that is supported has it; the types of the oldest do not. */
async function waitForEnd(places: Int32Array): Promise<void> {
  const { waitAsync } = Atomics as unknown as {
    waitAsync(view: Int32Array, index: number, value: number): { readonly value: Promise<unknown> | string };
  };
  await waitAsync(places, HAS_BEGUN, 0).value;
}
