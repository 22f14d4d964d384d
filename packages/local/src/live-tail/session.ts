import { randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';
import type { FilterPattern } from '../filter-pattern/compile.js';
import type { FedPut, Feed, Subscription } from '../store/feed.js';
import type { LogGroup } from '../store/log-group.js';
import { eventMessage, exceptionMessage } from './event-stream.js';
import { Outbox } from './outbox.js';
import { Sample } from './sample.js';

/** Which events a session shows. */
export interface LiveTailRequest {
  readonly groups: readonly LogGroup[];
  readonly logGroupIdentifiers: readonly string[];
  readonly logStreamNames: readonly string[] | undefined;
  readonly logStreamNamePrefixes: readonly string[] | undefined;
  readonly logEventFilterPattern: string | undefined;
  readonly pattern: FilterPattern;
}

/** An event as an update shows it. */
interface ShownEvent {
  readonly timestamp: number;
  readonly message: string;
  readonly ingestionTime: number;
  readonly logStreamName: string;
  /** `account:group` */
  readonly logGroupIdentifier: string;
}

const UPDATE_INTERVAL_MS = 1_000;
/** Events in an update; of more a sample is shown. Source: API reference of StartLiveTail. */
const MAX_EVENTS_IN_UPDATE = 500;
/**
 * Clients take messages of 24 MiB, and JSON writes some characters as six.
 * https://github.com/boto/botocore/blob/develop/botocore/eventstream.py
 */
const MAX_CHARACTERS_IN_UPDATE = 3.5 * 1024 * 1024;

/** Shows a client what is put, an update each second, until it goes away or the session has lasted too long. */
export class LiveTailSession {
  readonly #request: LiveTailRequest;
  readonly #output: Writable;
  readonly #outbox: Outbox;
  readonly #sample = new Sample<ShownEvent>(MAX_EVENTS_IN_UPDATE, MAX_CHARACTERS_IN_UPDATE, Math.random);
  readonly #subscription: Subscription;
  readonly #updates: NodeJS.Timeout;
  readonly #timeout: NodeJS.Timeout;
  #missedEvents = false;

  /** Writes to `output`, the answer to the request with the id `requestId`. */
  constructor(request: LiveTailRequest, feed: Feed, output: Writable, requestId: string, timeoutMs: number) {
    this.#request = request;
    this.#output = output;
    this.#outbox = new Outbox(output);
    this.#subscription = feed.subscribe({
      wants: (put) => this.#wants(put),
      onEvents: () => this.#collect(),
    });
    this.#updates = setInterval(() => this.#update(), UPDATE_INTERVAL_MS);
    this.#timeout = setTimeout(() => this.#timeOut(), timeoutMs);
    output.once('close', () => this.#stop());
    // The Python SDK refuses a stream that does not begin with it.
    output.write(eventMessage('initial-response', {}));
    output.write(eventMessage('sessionStart', this.#description(requestId)));
  }

  #description(requestId: string): object {
    const { logGroupIdentifiers, logStreamNames, logStreamNamePrefixes, logEventFilterPattern } =
      this.#request;
    return {
      requestId,
      sessionId: randomUUID(),
      logGroupIdentifiers,
      ...(logStreamNames !== undefined && { logStreamNames }),
      ...(logStreamNamePrefixes !== undefined && { logStreamNamePrefixes }),
      ...(logEventFilterPattern !== undefined && { logEventFilterPattern }),
    };
  }

  #wants(put: FedPut): boolean {
    const { groups, logStreamNames, logStreamNamePrefixes } = this.#request;
    const { region, accountId, logGroupName, logStreamName } = put;
    const isTailed = groups.some(
      ({ name, account }) =>
        name === logGroupName && account.region === region && account.accountId === accountId,
    );
    if (!isTailed) return false;
    if (logStreamNames !== undefined) return logStreamNames.includes(logStreamName);
    return logStreamNamePrefixes?.some((prefix) => logStreamName.startsWith(prefix)) ?? true;
  }

  #collect(): void {
    const { puts, lost } = this.#subscription.take();
    if (lost > 0) this.#missedEvents = true;
    for (const { accountId, events, ingestionTime, logGroupName, logStreamName } of puts) {
      const logGroupIdentifier = `${accountId}:${logGroupName}`;
      for (const { timestamp, message } of events) {
        if (!this.#request.pattern.matches(message)) continue;
        this.#sample.add(
          { timestamp, message, ingestionTime, logStreamName, logGroupIdentifier },
          message.length,
        );
      }
    }
  }

  #update(): void {
    this.#collect();
    const { items, sampled } = this.#sample.take();
    const update = {
      sessionMetadata: { sampled: sampled || this.#missedEvents },
      sessionResults: items,
    };
    this.#missedEvents = false;
    this.#outbox.send({ message: eventMessage('sessionUpdate', update), events: items.length });
  }

  #timeOut(): void {
    this.#stop();
    this.#output.end(exceptionMessage('SessionTimeoutException', 'The session timed out.'));
  }

  #stop(): void {
    clearInterval(this.#updates);
    clearTimeout(this.#timeout);
    this.#subscription.close();
  }
}
