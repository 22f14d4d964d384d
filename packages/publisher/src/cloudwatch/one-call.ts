import type { Batch } from '../batch/batch.js';
import { withoutQuotedValues } from '../text/for-people.js';
import { withoutSent } from '../text/sent-text.js';
import { boundAnswer } from './bounded-answer.js';
import type { PutExtra } from './endpoint.js';
import type { PutRequest } from './put-request.js';
import { timeoutError, toPutFailure } from './sdk-failure.js';
import type { Heard, Silences } from './silences.js';
import type { PutFailure, PutProgress, Stage } from './sink.js';

/** The part of the SDK's requests and answers that is looked at. */
interface Seen {
  readonly request?: {
    readonly headers?: Readonly<Record<string, string | undefined>>;
    readonly body?: unknown;
  };
  readonly response?: { headers?: Record<string, string>; statusCode?: number; body?: unknown };
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
  readonly #givingUp = new AbortController();
  #heard: Heard | undefined;
  readonly #sent: Uint8Array[] = [];
  #batch: Batch | undefined;
  #extras: readonly PutExtra[] = [];
  #date: number | undefined;

  /** @param progress is changed as the call goes on */
  constructor(silences: Silences, progress: PutProgress = { stage: 'client' }) {
    this.#silences = silences;
    this.#progress = progress;
    progress.stage = 'client';
  }

  get #stage(): Stage {
    return this.#progress.stage;
  }

  /** What is put, which an answer must not be heard to echo. */
  puts(batch: Batch, { body, extras }: PutRequest): void {
    this.#batch = batch;
    this.#extras = extras;
    // The names of group and stream stand before the events.
    this.#sent.push(batch.eventData.messages, body.subarray(Math.max(0, body.indexOf('"logEvents"'))));
  }

  /** What signs a request, and is not to be heard again either. */
  signs(headers: Readonly<Record<string, string | undefined>> | undefined): void {
    for (const name of SIGNING_HEADERS) {
      const value = headers?.[name];
      if (value) this.#sent.push(Buffer.from(value));
    }
  }

  /** Follows a command, whatever client sends it, and bounds its answer. */
  watch(command: { readonly middlewareStack: unknown }): void {
    this.#progress.stage = 'credentials';
    const stack = command.middlewareStack as Stack; // its types know nothing of requests and answers
    stack.add(
      (next) => async (args) => {
        this.#progress.stage = 'request';
        this.signs(args.request?.headers);
        return this.listen(bytesOf(args.request?.body), async () => {
          const result = await next(args);
          if (result.response) await boundAnswer(result.response);
          this.dated(result.response?.headers?.date);
          return result;
        });
      },
      // Next to the handler: signed, and before the SDK reads the answer.
      { step: 'deserialize', priority: 'low', name: 'watchRequest' },
    );
  }

  /** @param date the header of the answer */
  dated(date: string | undefined): void {
    const time = Date.parse(date ?? '');
    if (!Number.isNaN(time)) this.#date = time;
  }

  /** When the answer was made, as it says. */
  get date(): number | undefined {
    return this.#date;
  }

  /** Aborted when the request is silent for too long while somebody waits. */
  get givingUp(): AbortSignal {
    return this.#givingUp.signal;
  }

  /** Bytes of the request went either way. */
  readonly onBytes = (): void => this.#heard?.bytes();

  /** Makes the request, with a body of so many bytes, and listens for what comes of it. */
  async listen<T>(bytes: number, request: () => Promise<T>): Promise<T> {
    const heard = this.#silences.begin(bytes, (silentMs) => {
      this.#givingUp.abort(timeoutError(`no byte came or went for ${Math.round(silentMs)} ms`));
    });
    this.#heard = heard;
    try {
      const answer = await request();
      heard.answered();
      return answer;
    } finally {
      heard.ended();
    }
  }

  /** The error of a call that takes too long. */
  lateness(timeoutMs: number): Error {
    const error = timeoutError(`${LATE[this.#stage]} within ${timeoutMs} ms`);
    if (this.#stage === 'client') error.name = 'ClientModuleError';
    if (this.#stage === 'credentials') error.name = 'CredentialsTimeoutError';
    return error;
  }

  failure(thrown: unknown): PutFailure {
    const failure = toPutFailure(thrown);
    const said = withoutQuotedValues(failure.message).slice(0, LONGEST_SAID);
    // Without an answer it is the client, or the system, that speaks.
    const isAnswer = failure.status !== undefined && said !== '';
    const message = isAnswer ? withoutSent(said, this.#sent, this.#shortMessages()) : said;
    return {
      ...failure,
      message,
      ...(this.#date !== undefined && { date: this.#date }),
      ...(this.givingUp.aborted && { isGivenUp: true }),
      ...(this.#extras.length > 0 && { sentWith: this.#extras }),
    };
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
