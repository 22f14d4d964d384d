import type { Writable } from 'node:stream';

/** Limits of the updates that wait for a client that reads slower than events come. Source: API reference of StartLiveTail. */
const MAX_UPDATES = 10;
const MAX_EVENTS = 5_000;

interface Update {
  readonly message: Buffer;
  readonly events: number;
}

/** Writes the updates of a session as fast as the client reads them; beyond a bound the oldest that wait are dropped. */
export class Outbox {
  readonly #output: Writable;
  #waiting: Update[] = [];
  #blocked = false;

  constructor(output: Writable) {
    this.#output = output;
    output.on('drain', () => {
      this.#blocked = false;
      this.#flush();
    });
  }

  send(update: Update): void {
    this.#waiting.push(update);
    this.#flush();
    while (this.#waiting.length > MAX_UPDATES || this.#waitingEvents() > MAX_EVENTS) this.#waiting.shift();
  }

  #waitingEvents(): number {
    return this.#waiting.reduce((sum, { events }) => sum + events, 0);
  }

  #flush(): void {
    while (!this.#blocked) {
      const update = this.#waiting.shift();
      if (update === undefined) return;
      this.#blocked = !this.#output.write(update.message);
    }
  }
}
