import type { Batch } from '../batch/batch.js';
import { withoutQuotedValues } from '../text/for-people.js';
import { withoutSent } from '../text/sent-text.js';
import { clearTimeout, now, setTimeout, whenRead } from '../time/clock.js';
import { boundAnswer, readAnswer } from './bounded-answer.js';
import type { PutExtra } from './endpoint.js';
import { type Answer, answerOf, type HttpAnswer, namesError, refuseSilence } from './json-answer.js';
import type { RequestWatch } from './request-handler.js';
import type { PutRequest } from './requests.js';
import { textOf, timeoutError, toPutFailure } from './sdk-failure.js';
import type { Heard, Silences } from './silences.js';
import type { PutFailure, PutProgress, PutSuccess, Stage } from './sink.js';

/** The part of the SDK's requests and answers that is looked at. */
interface Seen {
  readonly request?: {
    readonly headers?: Readonly<Record<string, string | undefined>>;
    readonly body?: unknown;
  };
  readonly response?: { headers?: Record<string, string>; statusCode?: number; body?: unknown };
}

/** A request that is ready for a handler of the SDK's kind. */
export interface SignedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** The part of a handler of the SDK's kind that is used here. */
export interface Handler {
  handle(request: object, options: object): Promise<{ readonly response: NonNullable<Seen['response']> }>;
}

/** The part of a command's middleware stack that is used here. */
interface Stack {
  add(middleware: (next: Step) => Step, options: object): void;
}
type Step = (args: Seen) => Promise<Seen>;

const SHORT_BYTES = 16;
const LONGEST_SAID = 1000;
const SIGNING_HEADERS = ['authorization', 'x-amz-security-token'];
const LATE: Record<Stage, string> = {
  client: 'no client',
  credentials: 'no credentials',
  request: 'no answer',
};

/** One call, watched from the client to the answer: how far it has come, and what it sends. */
export class OneCall {
  readonly #silences: Silences;
  readonly #progress: PutProgress;
  readonly #patience: number;
  readonly #givingUp = new AbortController();
  #heard: Heard | undefined;
  #onRequest: (() => void) | undefined;
  /** When something went on last, on the clock of waits. */
  #movedAt = now();
  #requestAt: number | undefined;
  #isRead = false;
  /** Requests that may have been carried out, before the one that is under way. */
  #unanswered = 0;
  readonly #sent: Uint8Array[] = [];
  #batch: Batch | undefined;
  #extras: readonly PutExtra[] = [];
  #date: number | undefined;

  /**
   * @param progress is changed as the call goes on
   * @param patience how often the usual time it may be silent
   */
  constructor(
    silences: Silences,
    progress: PutProgress = { stage: 'client', mayBeStored: false },
    patience = 1,
  ) {
    this.#silences = silences;
    this.#patience = patience;
    this.#progress = progress;
    progress.stage = 'client';
    progress.mayBeStored = false;
  }

  get #stage(): Stage {
    return this.#progress.stage;
  }

  /** The text that is put, which an answer must not be heard to echo. */
  puts(batch: Batch, { body, extras }: PutRequest): void {
    this.#batch = batch;
    this.#extras = extras;
    // The names of group and stream stand before the events.
    this.#sent.push(batch.eventData.messages, body.subarray(Math.max(0, body.indexOf('"logEvents"'))));
  }

  /** The keys that sign a request, and are not to be heard again either. */
  #signs(headers: Readonly<Record<string, string | undefined>> | undefined): void {
    for (const name of SIGNING_HEADERS) {
      const value = headers?.[name];
      if (value) this.#sent.push(Buffer.from(value));
    }
  }

  /**
   * Follows a command, whatever client sends it, and bounds its answer.
   *
   * @param client a mere object with a function `send` does not tell how far it has come
   */
  watch(client: object, command: { readonly middlewareStack: unknown }): void {
    const tells = 'middlewareStack' in client;
    this.#progress.mayBeStored = !tells;
    this.enters(tells ? 'credentials' : 'request');
    const stack = command.middlewareStack as Stack; // its types know nothing of requests and answers
    stack.add(
      (next) => async (args) => {
        this.#signs(args.request?.headers);
        return this.#listen(bytesOf(args.request?.body), async () => {
          const result = await next(args);
          if (result.response) await boundAnswer(result.response);
          this.#answered(result.response);
          this.#refuseFalseSuccess(result.response);
          return result;
        });
      },
      // Next to the handler: signed, and before the SDK reads the answer.
      { step: 'deserialize', priority: 'low', name: 'watchRequest' },
    );
  }

  /**
   * Makes a signed request by itself, and bounds its answer.
   *
   * @param handler of the SDK's kind
   */
  async request(handler: Handler, request: SignedRequest, abortSignal: AbortSignal): Promise<HttpAnswer> {
    this.#signs(request.headers);
    return this.#listen(bytesOf(request.body), async () => {
      const { response } = await handler.handle(request, { abortSignal, watch: this.handling });
      const text = (await readAnswer(response)).toString();
      this.#answered(response);
      const answer = { statusCode: response.statusCode ?? 0, headers: response.headers ?? {}, text };
      if (this.#batch) refuseSilence(answer);
      return answer;
    });
  }

  /** When the answer was made, as it says. */
  get date(): number | undefined {
    return this.#date;
  }

  /** Calls back when the command has what it needs, and its request begins. */
  beforeRequest(callback: () => void): void {
    this.#onRequest = callback;
  }

  /** Aborted when the request is silent for too long while somebody waits. */
  get givingUp(): AbortSignal {
    return this.#givingUp.signal;
  }

  /** For the handler that makes the request. */
  readonly handling: RequestWatch = {
    begun: () => {
      this.#progress.mayBeStored = false;
    },
    whole: () => {
      this.#progress.mayBeStored = true;
    },
    wrote: () => this.#moved(),
    read: () => {
      // An answer that begins is progress; one that trickles, or is put off by interim ones, may do so for ever.
      if (!this.#isRead) this.#moved();
      this.#isRead = true;
    },
  };

  /** Makes the request, with a body of so many bytes, and listens for what comes of it. */
  async #listen<T>(bytes: number, request: () => Promise<T>): Promise<T> {
    this.#onRequest?.();
    if (this.#requestAt !== undefined && this.#progress.mayBeStored) this.#unanswered++;
    this.#progress.mayBeStored = true; // as far as is known, until the handler says otherwise
    this.enters('request');
    this.#requestAt = now();
    this.#isRead = false;
    const giveUp = (silentMs: number) => {
      this.#givingUp.abort(timeoutError(`no byte came or went for ${Math.round(silentMs)} ms`));
    };
    const heard = this.#silences.begin(bytes, giveUp, this.#patience);
    this.#heard = heard;
    try {
      const answer = await request();
      heard.answered();
      return answer;
    } catch (error) {
      if (!toPutFailure(error).bodySent) this.#progress.mayBeStored = false;
      throw error;
    } finally {
      heard.ended();
    }
  }

  /** An answer came whole. */
  #answered({ statusCode = 0, headers }: NonNullable<Seen['response']> = {}): void {
    if (statusCode >= 400 && statusCode < 500) this.#progress.mayBeStored = false; // it was refused
    const time = Date.parse(headers?.date ?? '');
    if (!Number.isNaN(time)) this.#date = time;
  }

  /**
   * Calls back once nothing has gone on for as long as it may.
   *
   * @param usualMs how long that is usually
   * @returns call it when the call is over
   */
  whenSilent(usualMs: number, callback: (late: Error) => void): () => void {
    const timeoutMs = usualMs * this.#patience;
    let timer: NodeJS.Timeout | undefined;
    let isOver = false;
    const leftMs = () => this.#movedAt + timeoutMs - now();
    const wait = () => {
      timer = setTimeout(() => (leftMs() > 0 ? wait() : whenRead(judge)), Math.max(1, leftMs())).unref();
    };
    const judge = () => {
      if (isOver) return;
      if (leftMs() > 0) wait();
      else callback(this.#lateness(timeoutMs));
    };
    wait();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }

  /** How long the request was under way, for a result. */
  get #measured(): Pick<PutFailure, 'unansweredBefore' | 'requestMs'> {
    if (this.#requestAt === undefined) return {};
    return { unansweredBefore: this.#unanswered, requestMs: now() - this.#requestAt };
  }

  /** The error of a call that takes too long. */
  #lateness(timeoutMs: number): Error {
    const error = timeoutError(`${LATE[this.#stage]} within ${timeoutMs} ms`);
    if (this.#stage === 'client') error.name = 'ClientModuleError';
    if (this.#stage === 'credentials') error.name = 'CredentialsTimeoutError';
    return error;
  }

  /** The result of a put that was stored. */
  success(answer: Answer): PutSuccess {
    const { nextSequenceToken, rejectedLogEventsInfo, rejectedEntityInfo, $metadata } = answer;
    return {
      ok: true,
      nextSequenceToken: textOf(nextSequenceToken),
      rejected: rejectedLogEventsInfo,
      rejectedEntity: rejectedEntityInfo?.errorType,
      unansweredBefore: ($metadata?.attempts ?? 1) - 1,
      ...this.#measured,
      date: this.#date,
    };
  }

  failure(thrown: unknown): PutFailure {
    const failure = toPutFailure(thrown);
    const said = withoutQuotedValues(failure.message).slice(0, LONGEST_SAID);
    // Without an answer it is the client, or the system, that speaks.
    const isAnswer = failure.status !== undefined && said !== '';
    const message = isAnswer ? withoutSent(said, this.#sent, this.#shortMessages()) : said;
    return {
      ...failure,
      bodySent: failure.bodySent && this.#progress.mayBeStored,
      ...this.#measured,
      stage: this.#stage,
      message,
      ...(this.#date !== undefined && { date: this.#date }),
      ...(this.givingUp.aborted && { isGivenUp: true }),
      ...(this.#extras.length > 0 && { sentWith: this.#extras }),
    };
  }

  /** The call has come so far. */
  enters(stage: Stage): void {
    this.#progress.stage = stage;
    this.#moved();
  }

  #moved(): void {
    this.#movedAt = now();
    this.#heard?.bytes();
  }

  /** The SDK takes each 200 for a success. @throws the error that an answer names all the same, or one for an answer that says nothing */
  #refuseFalseSuccess({ statusCode = 0, headers = {}, body }: NonNullable<Seen['response']> = {}): void {
    if (statusCode >= 300 || !(body instanceof Uint8Array)) return;
    const answer = { statusCode, headers, text: Buffer.from(body).toString() };
    if (namesError(answer)) answerOf(answer);
    if (this.#batch) refuseSilence(answer);
  }

  /** Messages that are too short to be found in pieces. */
  #shortMessages(): string[] {
    const short = new Set<string>();
    const batch = this.#batch;
    for (let i = 0; batch && i < batch.length; i++) {
      if (batch.messageBytesAt(i) <= SHORT_BYTES) short.add(batch.messageAt(i));
    }
    return [...short];
  }
}

function bytesOf(body: unknown): number {
  return typeof body === 'string' || body instanceof Uint8Array ? body.length : 0;
}
