import { setTimeout as delay } from 'node:timers/promises';

/** Envelopes that wait for a destination; beyond it the oldest are dropped. */
const MAX_WAITING = 1_000;
const REQUEST_TIMEOUT_MS = 10_000;
/** How long to wait before each further attempt. */
const RETRY_DELAYS_MS = [100, 500, 2_000];

/** Posts envelopes to a URL one after the other, in their order. */
export class UrlDelivery {
  readonly #url: string;
  readonly #signal: AbortSignal;
  readonly #waiting: Buffer[] = [];
  #running = false;
  #warned = false;

  /** @param signal ends the delivery; what waits then is dropped */
  constructor(url: string, signal: AbortSignal) {
    this.#url = url;
    this.#signal = signal;
  }

  send(envelope: Buffer): void {
    this.#waiting.push(envelope);
    if (this.#waiting.length > MAX_WAITING) {
      this.#waiting.shift();
      this.#warn('it takes them too slowly');
    }
    if (this.#running) return;
    this.#running = true;
    this.#run().finally(() => {
      this.#running = false;
    });
  }

  async #run(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await this.#deliver(next);
      if (this.#signal.aborted) return;
    }
  }

  async #deliver(envelope: Buffer): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const failure = await this.#post(envelope);
      const wait = RETRY_DELAYS_MS[attempt];
      if (failure === undefined || this.#signal.aborted) return;
      if (wait === undefined) {
        this.#warn(failure);
        return;
      }
      await delay(wait, undefined, { signal: this.#signal, ref: false }).catch(() => undefined);
    }
  }

  /** Answers what went wrong, if anything did. */
  async #post(envelope: Buffer): Promise<string | undefined> {
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
        body: envelope,
        redirect: 'error',
        signal: AbortSignal.any([this.#signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      });
      await response.arrayBuffer();
      return response.ok ? undefined : `it answers ${response.status}`;
    } catch (error) {
      return error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    }
  }

  #warn(reason: string): void {
    if (this.#warned) return;
    this.#warned = true;
    process.emitWarning(
      `cloudwatch-logs-local drops log events for the subscription ${this.#url}: ${reason}.`,
      {
        code: 'CLOUDWATCH_LOGS_LOCAL_SUBSCRIPTION',
      },
    );
  }
}
