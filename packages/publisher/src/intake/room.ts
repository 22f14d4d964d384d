import type { MemoryBudget } from '../accounts/memory-budget.js';
import { Fifo } from '../structures/fifo.js';
import { queueMicrotask } from '../time/clock.js';
import type { KeepAlive } from '../time/keep-alive.js';
import type { DiskPlace } from './intake.js';

interface Waiting {
  readonly bytes: number;
  /** Whether its stream is there, or can be. */
  readonly hasStream: () => boolean;
  /** Gives the event to the publisher, and tells who waits. */
  readonly go: () => void;
}

/** Lets events in, in the order in which they came, once nothing has to be dropped for them. */
export class Room {
  readonly #budget: MemoryBudget;
  readonly #disk: () => DiskPlace | undefined;
  readonly #keepAlive: KeepAlive;
  readonly #waiting = new Fifo<Waiting>();
  #isLooking = false;

  constructor(budget: MemoryBudget, disk: () => DiskPlace | undefined, keepAlive: KeepAlive) {
    this.#budget = budget;
    this.#disk = disk;
    this.#keepAlive = keepAlive;
  }

  /** Whether an event may go in at once: there is room, or there never will be. */
  isFor(bytes: number, hasStream: () => boolean): boolean {
    return this.#waiting.length === 0 && this.#has({ bytes, hasStream });
  }

  /** @param take is called once there is room, or at the end */
  wait(bytes: number, hasStream: () => boolean, take: () => boolean): Promise<boolean> {
    const release = this.#keepAlive.hold();
    this.#budget.onRelease = () => this.#lookSoon();
    return new Promise((resolve) => {
      const go = () => {
        release();
        resolve(take());
      };
      this.#waiting.push({ bytes, hasStream, go });
    });
  }

  /** Nobody waits any more: the publisher refuses what it is given now. */
  end(): void {
    this.#budget.onRelease = undefined;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) next.go();
  }

  /** The same where the process ends, and nobody hears of it. @returns how many events were waiting */
  giveUp(): number {
    const waiting = this.#waiting.length;
    while (this.#waiting.shift());
    return waiting;
  }

  #has({ bytes, hasStream }: Omit<Waiting, 'go'>): boolean {
    const hasRoom =
      this.#disk()?.hasRoomFor(bytes) ?? (this.#budget.fits(bytes) || bytes > this.#budget.mostBytes);
    return hasRoom && hasStream();
  }

  /** Not within the settlement of a batch that makes the room: its counters are not complete yet. */
  #lookSoon(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    queueMicrotask(() => {
      this.#isLooking = false;
      for (let next = this.#waiting.peek(); next && this.#has(next); next = this.#waiting.peek()) {
        this.#waiting.shift();
        next.go();
      }
      if (this.#waiting.length === 0) this.#budget.onRelease = undefined;
    });
  }
}
