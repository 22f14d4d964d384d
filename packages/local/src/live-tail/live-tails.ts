import type { Writable } from 'node:stream';
import { ServiceError } from '../errors/service-error.js';
import type { Feed } from '../store/feed.js';
import { type LiveTailRequest, LiveTailSession } from './session.js';

/** Sessions at a time. Source: quotas of CloudWatch Logs. */
const MAX_SESSIONS = 15;

/** The live tail sessions of an endpoint. */
export class LiveTails {
  readonly #feed: Feed;
  readonly #timeoutMs: number;
  #running = 0;

  /** @param timeoutMs how long a session lasts at most */
  constructor(feed: Feed, timeoutMs: number) {
    this.#feed = feed;
    this.#timeoutMs = timeoutMs;
  }

  /** @throws ServiceError LimitExceededException when no further session can begin */
  checkLimit(): void {
    if (this.#running >= MAX_SESSIONS) {
      throw new ServiceError('LimitExceededException', 'Resource limit exceeded.');
    }
  }

  /** Begins a session, which lasts until `output` is closed or it has timed out. */
  begin(request: LiveTailRequest, output: Writable, requestId: string): void {
    this.#running += 1;
    output.once('close', () => {
      this.#running -= 1;
    });
    new LiveTailSession(request, this.#feed, output, requestId, this.#timeoutMs);
  }
}
