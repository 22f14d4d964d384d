import type { EventContext, LogEvent } from 'cloudwatch-logs-publisher';
import { linesCome, setImmediate } from 'cloudwatch-logs-publisher/worker';

/** A loop that logs without end must not pile up lines. A burst that gives the event loop a turn is far below that. */
const MOST_LINES = 2048;
const MOST_CHARACTERS = 1_048_576;

/** A line that can wait, with the context that is the transport's own. */
export interface Line extends LogEvent {
  readonly context?: EventContext | undefined;
}

/** Takes lines one after the other. */
export type LineTaker = (event: LogEvent, context: EventContext | undefined) => void;

/**
 * Keeps the lines of one turn of the event loop, and hands them on together after it: a log call returns sooner, and
 * what has to be done for each line costs less for twenty in a row than for one in the midst of the application's work.
 */
export class LineGatherer {
  readonly #take: LineTaker;
  readonly #events: Line[] = [];
  /** How many of them were handed on. */
  #taken = 0;
  /** In those that came since lines were handed on last. */
  #characters = 0;
  #isScheduled = false;
  #hasEnded = false;

  constructor(take: LineTaker) {
    this.#take = take;
  }

  /** @param record the context of a line that cannot wait: it belongs to the application, which may change it after the call */
  add(event: Line, record: EventContext | undefined): void {
    if (record !== undefined || this.#hasEnded) {
      this.handOver();
      this.#take(event, record ?? event.context);
      return;
    }
    this.#characters += event.message.length;
    const length = this.#events.push(event);
    if (!this.#isScheduled) this.#schedule();
    else if (length >= MOST_LINES || this.#characters >= MOST_CHARACTERS) this.handOver();
  }

  /** The event loop does not turn any more, or nothing is taken any more: from now on each line is handed on at once. */
  end(): void {
    this.handOver();
    this.#hasEnded = true;
    this.handOver(); // what was logged meanwhile
  }

  /** Hands on what there is, in order, also when it is called by somebody who hears of a line meanwhile. */
  handOver(): void {
    const events = this.#events;
    // What is logged meanwhile waits for the next turn: who logs for each line that is dropped would never end.
    const last = events.length;
    this.#characters = 0;
    while (this.#taken < Math.min(last, events.length)) {
      const event = events[this.#taken++];
      this.#take(event, event.context);
    }
    if (this.#taken < events.length) {
      events.splice(0, this.#taken);
      this.#schedule();
    } else events.length = 0;
    this.#taken = 0;
  }

  #schedule(): void {
    this.#isScheduled = true;
    linesCome();
    setImmediate(() => {
      this.#isScheduled = false;
      this.handOver();
    });
  }
}
