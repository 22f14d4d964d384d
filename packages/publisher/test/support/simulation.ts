import type { Batch } from '../../src/batch/batch.ts';
import type { CallResult, PutFailure, PutResult, Sink, Target } from '../../src/cloudwatch/sink.ts';
import type { Clock } from '../../src/time/clock.ts';

/** A clock that stands still until it is told to go on. */
export class VirtualClock implements Clock {
  #now: number;
  #setMs = 0;
  #order = 0;
  #timers: { at: number; order: number; callback: () => void }[] = [];
  #soon: (() => void)[] = [];

  constructor(now = Date.UTC(2026, 10, 21, 12)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#now + this.#setMs;
  }

  get timers(): number {
    return this.#timers.length;
  }

  setTimer(callback: () => void, ms: number): unknown {
    const timer = { at: this.#now + ms, order: this.#order++, callback };
    this.#timers.push(timer);
    return timer;
  }

  clearTimer(timer: unknown): void {
    this.#timers = this.#timers.filter((one) => one !== timer);
  }

  soon(callback: () => void): void {
    this.#soon.push(callback);
  }

  /** Sets the clock of the machine, which nothing that waits may look at. */
  jump(ms: number): void {
    this.#setMs += ms;
  }

  /** Runs every timer that is due within `ms`, in order, and what follows from each. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.#turn();
    for (;;) {
      const due = this.#timers
        .filter((timer) => timer.at <= until)
        .sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!due) break;
      this.clearTimer(due);
      this.#now = Math.max(this.#now, due.at);
      due.callback();
      await this.#turn();
    }
    this.#now = until;
  }

  /** Ends the turn of the event loop, and those that follow from it. */
  async #turn(): Promise<void> {
    await settled();
    while (this.#soon.length > 0) {
      for (const callback of this.#soon.splice(0)) callback();
      await settled();
    }
  }

  /** Advances until the promise is settled. */
  async until<T>(promise: Promise<T>, stepMs = 250, mostMs = 3_600_000): Promise<T> {
    let isSettled = false;
    const mark = () => {
      isSettled = true;
    };
    promise.then(mark, mark);
    await settled();
    for (let ms = 0; !isSettled; ms += stepMs) {
      if (ms > mostMs) throw new Error(`nothing was settled within ${mostMs} virtual ms`);
      await this.advance(stepMs);
    }
    return promise;
  }
}

/** Lets every promise run that can. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Fault =
  | 'throttle'
  | 'error-500'
  | 'error-503'
  | 'timeout-before'
  | 'timeout-after'
  | 'reset-before'
  | 'reset-after'
  | 'denied'
  | 'expired'
  | 'html-200-after'
  | 'html-502-before'
  | 'token-invalidated'
  | 'rival'
  | 'group-deleted'
  | 'stream-deleted'
  | 'hang';

export interface StoredEvent {
  readonly timestamp: number;
  readonly message: string;
}

class SimulatedStream {
  readonly events: StoredEvent[] = [];
  /** What the next put must carry; `undefined` is none. */
  next: string | undefined;
  last: { readonly token: string | undefined; readonly messages: string } | undefined;
}

export interface ServiceOptions {
  readonly tokens: 'ignored' | 'enforced';
  /** Where the answer to a wrong token says which one is right. */
  readonly tokenIn?: 'field' | 'message' | 'neither';
  readonly latencyMs?: () => number;
  /** What goes wrong with the next call, if anything does. */
  readonly fault?: (call: string) => Fault | undefined;
  /** Events that this service never takes. */
  readonly refuses?: (event: StoredEvent) => boolean;
  readonly requestTimeoutMs?: number;
  readonly create?: 'allowed' | 'denied';
  /** Somebody else puts first on each stream that is made, so that a put without a token is a conflict. */
  readonly rivalIsFirst?: boolean;
}

const MAX_BYTES = 1_048_576;
const OVERHEAD = 26;
const HOUR = 3_600_000;

/** CloudWatch Logs, as far as a publisher can tell. */
export class SimulatedService implements Sink {
  readonly groups = new Map<string, Map<string, SimulatedStream>>();
  /** Streams that were deleted, with what was in them. */
  readonly deleted: { readonly name: string; readonly stream: SimulatedStream }[] = [];
  readonly calls: string[] = [];
  /** Puts that broke a rule of the service: a publisher makes none. */
  readonly illegal: string[] = [];
  readonly retentions: [string, number][] = [];
  puts = 0;
  describes = 0;
  underWay = 0;
  mostUnderWay = 0;
  /** Most puts under way that had not hung for a second. */
  mostFresh = 0;
  mostPerStream = 0;
  isClosed = false;
  options: ServiceOptions;
  readonly #clock: VirtualClock;
  readonly #perStream = new Map<string, number>();
  readonly #starts = new Set<{ readonly now: number }>();
  readonly #sent = new WeakMap<Batch, string>();
  readonly #hanging: (() => void)[] = [];
  #tokens = 49_590_000;

  constructor(clock: VirtualClock, options: ServiceOptions = { tokens: 'ignored' }) {
    this.#clock = clock;
    this.options = options;
  }

  /** A stream that is there from the start, and was used before: the first put without a token is a conflict. */
  addUsed(group: string, stream: string): this {
    this.add(group, stream);
    const used = this.groups.get(group)?.get(stream);
    if (used) used.next ??= this.#newToken();
    return this;
  }

  /** A group and stream that are there from the start. */
  add(group: string, stream?: string): this {
    const streams = this.groups.get(group) ?? new Map<string, SimulatedStream>();
    this.groups.set(group, streams);
    if (stream !== undefined && !streams.has(stream)) streams.set(stream, new SimulatedStream());
    return this;
  }

  events(group: string, stream: string): readonly StoredEvent[] {
    return this.groups.get(group)?.get(stream)?.events ?? [];
  }

  /** Every stream that ever was, each time it was created on its own. */
  *everyStream(): IterableIterator<{ name: string; events: readonly StoredEvent[] }> {
    for (const { name, stream } of this.deleted) yield { name, events: stream.events };
    for (const streams of this.groups.values()) {
      for (const [name, stream] of streams) yield { name, events: stream.events };
    }
  }

  async put(target: Target, batch: Batch, sequenceToken: string | undefined): Promise<PutResult> {
    this.puts++;
    this.calls.push('PutLogEvents');
    const events = Array.from({ length: batch.length }, (_, index) => ({
      timestamp: batch.timestampAt(index),
      message: batch.messageAt(index),
    }));
    const { logGroupName: group, logStreamName: name } = target;
    const before = this.#sent.get(batch);
    const content = JSON.stringify(events);
    if (before !== undefined && before !== content) this.illegal.push('a batch changed between two puts');
    this.#sent.set(batch, content);
    const inStream = (this.#perStream.get(name) ?? 0) + 1;
    this.#perStream.set(name, inStream);
    this.mostPerStream = Math.max(this.mostPerStream, inStream);
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
    const startedAt = { now: this.#clock.now() };
    this.#starts.add(startedAt);
    const fresh = [...this.#starts].filter(({ now }) => this.#clock.now() - now < 1000).length;
    this.mostFresh = Math.max(this.mostFresh, fresh);
    try {
      const answer = await this.#answer(group, name, events, sequenceToken);
      return answer.ok || answer.status !== undefined ? { ...answer, date: this.#clock.now() } : answer;
    } finally {
      this.underWay--;
      this.#starts.delete(startedAt);
      this.#perStream.set(name, (this.#perStream.get(name) ?? 1) - 1);
    }
  }

  async createLogGroup(group: string): Promise<CallResult> {
    const failure = await this.#call('CreateLogGroup');
    if (failure) return failure;
    if (this.groups.has(group)) {
      return refusal('ResourceAlreadyExistsException', 'The specified log group already exists');
    }
    this.add(group);
    return { ok: true };
  }

  async createLogStream({ logGroupName, logStreamName }: Target): Promise<CallResult> {
    const failure = await this.#call('CreateLogStream');
    if (failure) return failure;
    const streams = this.groups.get(logGroupName);
    if (!streams) {
      return refusal('ResourceNotFoundException', 'The specified log group does not exist.');
    }
    if (!/^[^:*]{1,512}$/s.test(logStreamName)) this.illegal.push(`stream name ${logStreamName}`);
    if (streams.has(logStreamName)) {
      return refusal('ResourceAlreadyExistsException', 'The specified log stream already exists');
    }
    streams.set(logStreamName, new SimulatedStream());
    if (this.options.rivalIsFirst) this.addUsed(logGroupName, logStreamName);
    return { ok: true };
  }

  async putRetentionPolicy(group: string, days: number): Promise<CallResult> {
    const failure = await this.#call('PutRetentionPolicy');
    if (failure) return failure;
    this.retentions.push([group, days]);
    return { ok: true };
  }

  async describeSequenceToken({ logGroupName, logStreamName }: Target): Promise<string | null | undefined> {
    this.describes++;
    if (await this.#call('DescribeLogStreams')) return undefined;
    const stream = this.groups.get(logGroupName)?.get(logStreamName);
    return stream && (stream.next ?? null);
  }

  close(): void {
    this.isClosed = true;
    for (const release of this.#hanging.splice(0)) release();
  }

  async #call(call: string): Promise<PutFailure | undefined> {
    this.calls.push(call);
    await this.#wait(this.options.latencyMs?.() ?? 0);
    if (this.options.create === 'denied' && call.startsWith('Create')) {
      return refusal('AccessDeniedException', `User: arn is not authorized to perform: logs:${call}`);
    }
    const fault = this.options.fault?.(call);
    if (fault === 'throttle') return refusal('ThrottlingException', 'Rate exceeded');
    if (fault === 'error-500') return failed('InternalFailure', 500);
    if (fault === 'error-503') return failed('ServiceUnavailableException', 503);
    if (fault === 'timeout-before') return unanswered('TimeoutError');
    return undefined;
  }

  async #answer(
    group: string,
    name: string,
    events: readonly StoredEvent[],
    token: string | undefined,
  ): Promise<PutResult> {
    const { fault: nextFault, latencyMs, requestTimeoutMs = 15_000 } = this.options;
    await this.#wait(latencyMs?.() ?? 0);
    const fault = nextFault?.('PutLogEvents');
    switch (fault) {
      case 'throttle':
        return refusal('ThrottlingException', 'Rate exceeded');
      case 'denied':
        return refusal('AccessDeniedException', 'User: arn is not authorized to perform: logs:PutLogEvents');
      case 'expired':
        return refusal('ExpiredTokenException', 'The security token included in the request is expired');
      case 'error-500':
        return failed('InternalFailure', 500);
      case 'error-503':
        return failed('ServiceUnavailableException', 503);
      case 'html-502-before':
        return failed('SyntaxError', 502);
      case 'timeout-before':
        await this.#wait(requestTimeoutMs);
        return unanswered('TimeoutError');
      case 'reset-before':
        return unanswered('ECONNRESET');
      case 'hang':
        await new Promise<void>((resolve) => {
          this.#hanging.push(resolve);
          if (this.isClosed) resolve();
        });
        return unanswered('TimeoutError');
      case 'group-deleted':
        for (const [one, stream] of this.groups.get(group) ?? []) this.deleted.push({ name: one, stream });
        this.groups.delete(group);
        break;
      case 'stream-deleted': {
        const stream = this.groups.get(group)?.get(name);
        if (stream) this.deleted.push({ name, stream });
        this.groups.get(group)?.delete(name);
        break;
      }
    }
    const stream = this.groups.get(group)?.get(name);
    if (stream && fault === 'token-invalidated') stream.next = this.#newToken();
    if (stream && fault === 'rival') {
      const rival = { timestamp: this.#clock.now(), message: `rival ${this.#tokens}` };
      stream.last = { token: stream.next, messages: JSON.stringify([rival.message]) };
      stream.events.push(rival);
      stream.next = this.#newToken();
    }
    const answer = this.#store(group, name, events, token);
    if (fault === 'timeout-after') {
      await this.#wait(requestTimeoutMs);
      return unanswered('TimeoutError');
    }
    if (fault === 'reset-after') return unanswered('ECONNRESET');
    if (fault === 'html-200-after') return failed('SyntaxError', 200);
    return answer;
  }

  #store(group: string, name: string, events: readonly StoredEvent[], token: string | undefined): PutResult {
    const now = this.#clock.now();
    const fault = this.#brokenRule(events, token);
    if (fault) {
      this.illegal.push(fault);
      return refusal('InvalidParameterException', fault);
    }
    const streams = this.groups.get(group);
    if (!streams) return refusal('ResourceNotFoundException', 'The specified log group does not exist.');
    const stream = streams.get(name);
    if (!stream) return refusal('ResourceNotFoundException', 'The specified log stream does not exist.');
    if (events.some((event) => this.options.refuses?.(event))) {
      return refusal(
        'InvalidParameterException',
        'Log event too large: 300000 bytes exceeds limit of 262144',
      );
    }
    const messages = JSON.stringify(events.map((event) => event.message));
    if (this.options.tokens === 'enforced') {
      if (stream.last && stream.last.token === token && stream.last.messages === messages) {
        return this.#wrongToken('DataAlreadyAcceptedException', stream);
      }
      if (stream.next !== token) return this.#wrongToken('InvalidSequenceTokenException', stream);
    }
    const tooOld = events.filter((event) => event.timestamp < now - 14 * 24 * HOUR).length;
    const tooNew = events.filter((event) => event.timestamp > now + 2 * HOUR).length;
    stream.events.push(...events.slice(tooOld, events.length - tooNew));
    stream.last = { token, messages };
    stream.next = this.#newToken();
    return {
      ok: true,
      nextSequenceToken: stream.next,
      rejected:
        tooOld + tooNew === 0
          ? undefined
          : {
              ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
              ...(tooNew > 0 && { tooNewLogEventStartIndex: events.length - tooNew }),
            },
    };
  }

  #wrongToken(exception: string, stream: SimulatedStream): PutFailure {
    const where = this.options.tokenIn ?? 'field';
    const text = exception.startsWith('Data')
      ? 'The given batch of log events has already been accepted. The next batch can be sent with sequenceToken: '
      : 'The given sequenceToken is invalid. The next expected sequenceToken is: ';
    return {
      ok: false,
      name: exception,
      status: 400,
      bodySent: true,
      message: where === 'neither' ? 'wrong' : `${text}${stream.next ?? 'null'}`,
      expectedSequenceToken: where === 'field' ? stream.next : undefined,
    };
  }

  #brokenRule(events: readonly StoredEvent[], token: string | undefined): string | undefined {
    if (token === '') return 'an empty sequence token';
    if (events.length === 0) return 'an empty batch';
    if (events.length > 10_000) return `${events.length} events`;
    let bytes = 0;
    let previous = 0;
    for (const { timestamp, message } of events) {
      const size = Buffer.byteLength(message) + OVERHEAD;
      if (message === '') return 'an empty message';
      if (!message.isWellFormed()) return 'a lone surrogate';
      if (!Number.isSafeInteger(timestamp) || timestamp < 0) return `the timestamp ${timestamp}`;
      if (size > MAX_BYTES) return `an event of ${size} bytes`;
      if (timestamp < previous) return 'events out of order';
      previous = timestamp;
      bytes += size;
    }
    if (bytes > MAX_BYTES) return `a batch of ${bytes} bytes`;
    if (events[events.length - 1].timestamp - events[0].timestamp > 24 * HOUR) return 'more than 24 hours';
    return undefined;
  }

  #newToken(): string {
    return `495${this.#tokens++}`;
  }

  #wait(ms: number): Promise<void> {
    if (ms <= 0) return Promise.resolve();
    return new Promise((resolve) => this.#clock.setTimer(resolve, ms));
  }
}

function refusal(name: string, message: string): PutFailure {
  return { ok: false, name, message, status: 400, bodySent: true };
}

function failed(name: string, status: number): PutFailure {
  return { ok: false, name, message: `HTTP ${status}`, status, bodySent: true };
}

function unanswered(name: string): PutFailure {
  return { ok: false, name, message: 'no answer', bodySent: true };
}
