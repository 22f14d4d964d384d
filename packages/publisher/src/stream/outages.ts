import type { Diagnostics } from '../accounts/diagnostics.js';
import type { WarningCode } from '../accounts/events.js';
import type { Target } from '../cloudwatch/sink.js';

/** The streams of one log group that fail for one reason. */
interface Outage {
  readonly failing: Set<Target>;
  /** Of those that failed, how many have stored something since. */
  recovered: number;
}

/**
 * The streams of which people know that they fail. An outage touches a thousand of them as one: it is told once for each cause and
 * log group, with the number of streams whose events wait, and once when the last of them has stored something again.
 */
export class Outages {
  readonly #diagnostics: Diagnostics;
  readonly #waiting: (logGroupName: string) => number;
  readonly #outages = new Map<string, Outage>();
  /** The outage of each stream that fails. */
  readonly #keys = new Map<Target, string>();

  /** @param waiting how many streams of a group have events that wait */
  constructor(diagnostics: Diagnostics, waiting: (logGroupName: string) => number) {
    this.#diagnostics = diagnostics;
    this.#waiting = waiting;
  }

  isKnown(stream: Target): boolean {
    return this.#keys.has(stream);
  }

  /** People are told, elsewhere, that a stream fails. It counts to its newest cause. */
  fails(stream: Target, code: WarningCode): void {
    const key = `${code} ${stream.logGroupName}`;
    const known = this.#keys.get(stream);
    if (known === key) return;
    if (known !== undefined) this.#leave(stream, known);
    this.#keys.set(stream, key);
    const outage = this.#outages.get(key);
    if (outage) outage.failing.add(stream);
    else this.#outages.set(key, { failing: new Set([stream]), recovered: 0 });
  }

  /**
   * Tells that a stream fails, unless its like was told within a minute.
   *
   * @param explain gives the message; it costs more than the many that are held back may
   * @param topic tells causes of one code apart
   */
  warn(stream: Target, code: WarningCode, explain: () => string, topic = ''): void {
    this.fails(stream, code);
    const { logGroupName, logStreamName } = stream;
    const message = () => {
      const others = this.#waiting(logGroupName) - 1;
      return others > 0 ? `${explain()} Events of ${others} more log stream(s) wait.` : explain();
    };
    this.#diagnostics.warn({ code, message, logGroupName, logStreamName }, `${logGroupName} ${topic}`);
  }

  /** A stream has stored something. */
  stored(stream: Target): void {
    const key = this.#keys.get(stream);
    if (key === undefined) return;
    this.#keys.delete(stream);
    const outage = this.#outages.get(key);
    if (outage) outage.recovered++;
    this.#leave(stream, key);
  }

  /**
   * Nothing of a stream waits any more, and nothing was stored: its events were dropped. It holds back the end of the outage for
   * others no more.
   */
  rests(stream: Target): void {
    const outage = this.#outages.get(this.#keys.get(stream) ?? '');
    if (outage && outage.failing.size + outage.recovered > 1) this.forget(stream);
  }

  /** The stream is in use no more. */
  forget(stream: Target): void {
    const key = this.#keys.get(stream);
    if (key === undefined) return;
    this.#keys.delete(stream);
    this.#leave(stream, key);
  }

  #leave(stream: Target, key: string): void {
    const outage = this.#outages.get(key);
    if (!outage?.failing.delete(stream) || outage.failing.size > 0) return;
    this.#outages.delete(key);
    if (outage.recovered === 0) return;
    const { logGroupName, logStreamName } = stream;
    const streams =
      outage.recovered === 1 ? `log stream "${logStreamName}"` : `${outage.recovered} log streams`;
    const message = `logs are delivered again to ${streams} of log group "${logGroupName}".`;
    this.#diagnostics.warn({ code: 'recovered', message, logGroupName, logStreamName }, key);
  }
}
