import { clearInterval, setInterval } from '../../time/clock.js';

/** Says at intervals that this owner lives, and looks for others that do not. */
export class Heartbeat {
  readonly #look: () => Promise<void>;
  readonly #adopt: () => Promise<void>;
  readonly #timer: NodeJS.Timeout;
  // What dead owners left may take longer to read than the time between two beats.
  #adopting: Promise<void>;
  #isAdopting = true;
  #isBeating = false;
  #isStopped = false;

  /**
   * None of these rejects.
   *
   * @param first what is taken over at the start
   * @param look says that this owner lives, and looks after the files that it holds
   * @param adopt looks for owners that have died
   */
  constructor(
    intervalMs: number,
    first: Promise<unknown>,
    look: () => Promise<void>,
    adopt: () => Promise<void>,
  ) {
    this.#look = look;
    this.#adopt = adopt;
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
    await this.#look();
    this.#isBeating = false;
    if (this.#isStopped || this.#isAdopting) return;
    this.#isAdopting = true;
    this.#adopting = this.#adopt().then(() => {
      this.#isAdopting = false;
    });
  }
}
