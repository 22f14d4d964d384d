import type { Drop, PublisherEvents, Warning } from 'cloudwatch-logs-publisher';
import { Diagnostics, systemClock } from 'cloudwatch-logs-publisher/worker';
import { type Relay, RelayEmitter } from '../relay.js';

type EventName = keyof PublisherEvents;

const NAMES: Readonly<Record<string, EventName>> = {
  'cloudwatch:warn': 'warn',
  'cloudwatch:drop': 'drop',
  'cloudwatch:conflict': 'conflict',
  'cloudwatch:batch': 'batch',
} satisfies Record<`cloudwatch:${EventName}`, EventName>;

/** Tells the application what a publisher in a worker has to say, and what this side has to say about the worker. */
export class WorkerNews {
  readonly #diagnostics: Diagnostics;
  readonly #logGroupName: string;

  constructor(relay: Relay, logGroupName: string) {
    this.#diagnostics = new Diagnostics(new RelayEmitter(relay), systemClock, false);
    this.#logGroupName = logGroupName;
  }

  /** @param isEnding whether its last words are what the worker may say now */
  fromWorker(name: string, about: unknown, isEnding: boolean): void {
    const event = NAMES[name];
    if (event === undefined) return;
    if (event !== 'warn') {
      this.#diagnostics.emit(event, about as never);
      return;
    }
    const warning = about as Warning;
    const isLast = isEnding && (warning.code === 'shutdown' || warning.code === 'spool');
    if (isLast) this.#diagnostics.lastWords(warning);
    // The worker has held back already what it said a moment before.
    else this.#diagnostics.announce(warning);
  }

  /** A line that no worker was given. */
  refused(reason: 'shutdown' | 'invalid' | 'oversize', what: string): void {
    this.#drop(reason, 1);
    this.#warn(reason, `${what}; it was dropped and counted as "${reason}".`);
  }

  /** The thread failed and took events with it. */
  failed(code: string, lost: number): void {
    if (lost > 0) this.#drop('shutdown', lost);
    this.#warn(
      'shutdown',
      `the worker thread for log group "${this.#logGroupName}" has ended (${code}); ${lost} log event(s) that it ` +
        'held were not sent. Another one is started for later lines.',
    );
  }

  /** At the end the worker could not say what became of events. */
  lost(events: number): void {
    this.#diagnostics.lastWords({
      code: 'shutdown',
      message:
        `${events} log event(s) for log group "${this.#logGroupName}" were not sent, as far as is known; ` +
        'the worker thread did not answer.',
      logGroupName: this.#logGroupName,
    });
    this.#drop('shutdown', events);
  }

  #warn(code: Warning['code'], message: string): void {
    this.#diagnostics.warn({ code, message, logGroupName: this.#logGroupName });
  }

  #drop(reason: Drop['reason'], events: number): void {
    if (!this.#diagnostics.wants('drop')) return;
    this.#diagnostics.emit('drop', { reason, events, bytes: 0, logGroupName: this.#logGroupName });
  }
}
