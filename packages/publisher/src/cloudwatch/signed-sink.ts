import type { Batch } from '../batch/batch.js';
import type { GroupSettings } from '../options/group-settings.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { wallTime } from '../time/clock.js';
import type { Access } from './access.js';
import { type Answer, answerOf, type HttpAnswer } from './json-answer.js';
import { OneCall } from './one-call.js';
import { RequestHandler } from './request-handler.js';
import { newGroup, oneStream, putRequest, tokenIn } from './requests.js';
import { sign } from './signature.js';
import { Silences } from './silences.js';
import type { CallResult, PutOptions, PutResult, Sink, Target } from './sink.js';

/** The service refuses signatures that are 5 minutes off; the AWS SDK corrects its clock from 4 on. */
const MOST_SKEW_MS = 240_000;

/**
 * The way out without the AWS SDK, for a thread that must be at work within milliseconds and may find no SDK to load:
 * JSON, a signature and Node's own HTTP, with credentials that are known already and are not renewed.
 */
export class SignedSink implements Sink {
  readonly #access: Access;
  readonly #options: ResolvedOptions;
  readonly #handler: RequestHandler;
  readonly #silences = new Silences();
  #clockOffsetMs: number;

  constructor(access: Access, options: ResolvedOptions) {
    this.#access = access;
    this.#options = options;
    const proxy = access.proxy === undefined ? undefined : new URL(access.proxy);
    this.#handler = new RequestHandler(access.agent, () => proxy);
    this.#clockOffsetMs = access.clockOffsetMs;
  }

  async put(
    target: Target,
    batch: Batch,
    sequenceToken: string | undefined,
    { without, progress, patience }: PutOptions = {},
  ): Promise<PutResult> {
    const call = new OneCall(this.#silences, progress, patience);
    try {
      const request = await putRequest(target, batch, sequenceToken, this.#options, without);
      call.puts(batch, request);
      const { body, headers } = request;
      return call.success(await this.#request(call, 'PutLogEvents', body, headers));
    } catch (error) {
      return call.failure(error);
    }
  }

  createLogGroup(logGroupName: string, settings?: GroupSettings): Promise<CallResult> {
    return this.#call('CreateLogGroup', newGroup(logGroupName, settings));
  }

  createLogStream(target: Target): Promise<CallResult> {
    return this.#call('CreateLogStream', target);
  }

  putRetentionPolicy(logGroupName: string, retentionInDays: number): Promise<CallResult> {
    return this.#call('PutRetentionPolicy', { logGroupName, retentionInDays });
  }

  async describeSequenceToken(target: Target): Promise<string | null | undefined> {
    try {
      const call = new OneCall(this.#silences);
      const input = JSON.stringify(oneStream(target));
      return tokenIn(await this.#request(call, 'DescribeLogStreams', input), target);
    } catch {
      return undefined; // the put that asked is tried again anyway and reports what is wrong
    }
  }

  waitsFor(timeoutMs: number): () => void {
    return this.#silences.waitsFor(timeoutMs);
  }

  close(): void {
    this.#handler.destroy();
  }

  async #call(operation: string, input: object): Promise<CallResult> {
    const call = new OneCall(this.#silences);
    try {
      await this.#request(call, operation, JSON.stringify(input));
      return { ok: true };
    } catch (error) {
      // To create twice does no harm.
      return call.givingUp.aborted ? this.#call(operation, input) : call.failure(error);
    }
  }

  /** @throws an error of the shape that the SDK's have */
  async #request(
    call: OneCall,
    operation: string,
    body: string | Buffer,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const before = this.#clockOffsetMs;
    const first = await this.#send(call, operation, body, headers);
    // A refusal that told a clock which is far off was one of the signature.
    const isFinal = first.statusCode < 400 || this.#clockOffsetMs === before;
    return answerOf(isFinal ? first : await this.#send(call, operation, body, headers));
  }

  async #send(
    call: OneCall,
    operation: string,
    body: string | Buffer,
    headers: Readonly<Record<string, string>>,
  ): Promise<HttpAnswer> {
    const { protocol, hostname, port, path } = this.#access;
    const unsigned = {
      path,
      headers: {
        ...this.#access.headers,
        ...headers,
        host: port === undefined ? hostname : `${hostname}:${port}`,
        'content-type': 'application/x-amz-json-1.1',
        'content-length': String(Buffer.byteLength(body)),
        'x-amz-target': `Logs_20140328.${operation}`,
      },
      body,
    };
    const signed = sign(unsigned, this.#access, new Date(wallTime() + this.#clockOffsetMs));
    const request = { protocol, hostname, port, path, method: 'POST', headers: signed, body };
    const controller = new AbortController();
    const { givingUp } = call;
    const ends = call.whenSilent(this.#options.requestTimeoutMs, (late) => controller.abort(late));
    // Cheaper than AbortSignal.any(), for the thousand puts that an end may take.
    givingUp.addEventListener('abort', () => controller.abort(givingUp.reason), { once: true });
    try {
      const answer = await call.request(this.#handler, request, controller.signal);
      this.#learnTime(call.date);
      return answer;
    } catch (error) {
      if (givingUp.aborted) {
        this.#handler.closeIdle();
        throw givingUp.reason;
      }
      throw controller.signal.aborted ? controller.signal.reason : error;
    } finally {
      ends();
    }
  }

  #learnTime(date: number | undefined): void {
    if (date === undefined) return;
    const ahead = date - wallTime();
    if (Math.abs(ahead - this.#clockOffsetMs) >= MOST_SKEW_MS) this.#clockOffsetMs = ahead;
  }
}
