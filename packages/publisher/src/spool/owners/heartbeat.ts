import { clearInterval, setInterval } from '../../time/clock.js';
/** The work of each beat. */
export interface HeartbeatHost {
  /** Says that this owner lives. */
  touch(): Promise<void>;
  /** Looks after the files that this owner holds. */
  check(): Promise<void>;
  /** Looks for owners that have died. */
  adopt(): Promise<void>;
}

/** Says at intervals that this owner lives, and looks for others that do not. */
export class Heartbeat {
  readonly #host: HeartbeatHost;
  readonly #timer: NodeJS.Timeout;
  // What dead owners left may take longer to read than the time between two beats.
  #adopting: Promise<void>;
  #isAdopting = true;
  #isBeating = false;
  #isStopped = false;

  /** @param first what is taken over at the start; never rejects, nor do those of the host */
  constructor(intervalMs: number, first: Promise<unknown>, host: HeartbeatHost) {
    this.#host = host;
    this.#adopting = first.then(() => {
      this.#isAdopting = false;
    });
    this.#timer = setInterval(() => void this.#beat(), intervalMs).unref();
  }

  /** Resolves when nobody is taken over any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#adopting;
  }

  async #beat(): Promise<void> {
    if (this.#isBeating) return; // the disk hangs, and this beat would, too
    this.#isBeating = true;
    await this.#host.touch();
    await this.#host.check();
    this.#isBeating = false;
    if (this.#isStopped || this.#isAdopting) return;
    this.#isAdopting = true;
    this.#adopting = this.#host.adopt().then(() => {
      this.#isAdopting = false;
    });
  }
}
