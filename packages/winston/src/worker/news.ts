import type { Drop, PublisherEvents, Warning } from 'cloudwatch-logs-publisher';
import { Diagnostics, systemClock } from 'cloudwatch-logs-publisher/worker';
import { type Relay, RelayEmitter } from '../relay.js';

type EventName = keyof PublisherEvents;

const NAMES: Readonly<Record<string, EventName>> = {
  'cloudwatch:warn': 'warn',
  'cloudwatch:drop': 'drop',
  'cloudwatch:conflict': 'conflict',
  'cloudwatch:batch': 'batch',
  'cloudwatch:duplicates': 'duplicates',
  'cloudwatch:created': 'created',
  'cloudwatch:started': 'started',
} satisfies Record<`cloudwatch:${EventName}`, EventName>;

/** Tells the application what a publisher in a worker has to say, and what this side has to say about the worker. */
export class WorkerNews {
  readonly #diagnostics: Diagnostics;
  readonly #logGroupName: string;

  constructor(relay: Relay, logGroupName: string) {
    this.#diagnostics = new Diagnostics(new RelayEmitter(relay), systemClock, false, logGroupName);
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

  /** A line that came after the end. */
  late(): void {
    this.#drop('shutdown', 1);
    this.#warn(
      'shutdown',
      'a line came after the end of the transport; it was dropped and counted as "shutdown".',
    );
  }

  /** Lines that had no room while they waited for the worker. */
  overflow(events: number, bytes: number, maxBufferBytes: number, levels: Drop['levels']): void {
    this.#drop('overflow', events, bytes, levels);
    this.#warn(
      'overflow',
      `the worker thread takes lines more slowly than they come, and the buffer for them is full (maxBufferBytes ` +
        `${maxBufferBytes}); lines are dropped and counted.`,
    );
  }

  /** The thread failed and took events with it. */
  failed(code: string, lost: number, waiting: number): void {
    if (lost > 0) this.#drop('shutdown', lost);
    this.#warn(
      'shutdown',
      `the worker thread for log group "${this.#logGroupName}" has ended (${code}); ${lost} log event(s) that it ` +
        `held were not sent. Another one is started, for ${waiting} that wait and for later ones.`,
    );
  }

  /** Tells at once of the drops that are told together. */
  report(): void {
    this.#diagnostics.tellDrops();
  }

  /** At the end the worker could not say what became of events. */
  lost(events: number): void {
    this.#diagnostics.lastWords({
      code: 'shutdown',
      message:
        `${events} log event(s) for log group "${this.#logGroupName}" were not sent, as far as is known; ` +
        'the worker thread did not answer.',
    });
    this.#drop('shutdown', events);
  }

  #warn(code: Warning['code'], message: string): void {
    this.#diagnostics.warn({ code, message });
  }

  #drop(reason: Drop['reason'], events: number, bytes = 0, levels?: Drop['levels']): void {
    this.#diagnostics.drop({ reason, events, bytes, ...(levels && { levels }) });
  }
}
