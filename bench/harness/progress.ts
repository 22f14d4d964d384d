import type { Case, Row } from './row.js';

/** Says on stderr what runs at present and how much time is left. */
export class Progress {
  #secondsLeft: number;
  readonly #isTerminal = process.stderr.isTTY;

  /** @param seconds that everything is thought to take */
  constructor(seconds: number) {
    this.#secondsLeft = seconds;
  }

  row(row: Row): void {
    this.#clear();
    process.stderr.write(`${row.name}: ${row.title}\n`);
  }

  running(row: Row, one: Case, round: number, rounds: number): void {
    this.#say(`${row.name}  round ${round + 1}/${rounds}  ${one.label}`);
  }

  checking(row: Row, one: Case): void {
    this.#say(`${row.name}  every event is checked  ${one.label}`);
  }

  #say(what: string): void {
    const left =
      this.#secondsLeft < 90
        ? `${Math.ceil(this.#secondsLeft)} s`
        : `${Math.ceil(this.#secondsLeft / 60)} min`;
    const line = `  ${what.replace(/[*`]/g, '')}  (about ${left} left)`;
    this.#clear();
    process.stderr.write(this.#isTerminal ? line : `${line}\n`);
  }

  done(one: Case): void {
    this.#secondsLeft = Math.max(0, this.#secondsLeft - one.seconds);
  }

  end(): void {
    this.#clear();
  }

  #clear(): void {
    if (this.#isTerminal) process.stderr.write('\r\u001b[K');
  }
}
