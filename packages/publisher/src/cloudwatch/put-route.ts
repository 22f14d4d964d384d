import { isDeepStrictEqual } from 'node:util';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { nodeCrypto } from '../modules/builtins.js';
import { now } from '../time/clock.js';
import type { SentTo } from './access.js';
import { type Answer, answerOf, type HttpAnswer } from './json-answer.js';
import type { Handler, OneCall } from './one-call.js';
import { isPlain, type Middleware, middlewareOf } from './plain-client.js';
import type { PutRequest } from './requests.js';
import { type SigningScope, sign } from './signature.js';

/** A put goes through the SDK so often, which finds out anew what this route takes for granted: endpoint, Region, headers. */
export const ROUTE_LASTS_MS = 60_000;
/** An answer to a request that was under way for longer does not tell the time; the SDK's own limit. */
const TELLS_TIME_MS = 900_000;

/** Headers that are made for each put; the others are the same for all. */
const OF_ONE_PUT = ['authorization', 'x-amz-security-token', 'content-encoding', 'x-amzn-logs-format'];

/** A request of the SDK. */
interface SdkRequest {
  readonly path: string;
  headers: Record<string, string>;
  body: string | Uint8Array;
  clone(): SdkRequest;
}

/** Settings of a client that are asked for with each put; the SDK keeps its clock here, and not in its types. */
interface Config {
  readonly credentials: () => Promise<SigningScope['credentials'] & { readonly expiration?: Date }>;
  readonly disableClockSkewCorrection?: () => Promise<boolean>;
  readonly requestHandler: Handler;
  systemClockOffset: number;
}

/**
 * The way of a client's puts without the SDK's middleware, which costs more than all the rest of a small put. It is learned
 * from a put that the SDK has signed, and used only if it makes the same request of that put, signature included: so the
 * endpoint, its path, the headers and the scheme of the signature are the SDK's. Credentials and their renewal, the
 * connections and the clock stay the client's own.
 */
export class PutRoute {
  readonly #client: CloudWatchLogsClient;
  readonly #send: CloudWatchLogsClient['send'];
  readonly #middleware: readonly Middleware[];
  /** Without headers and body. */
  readonly #request: SdkRequest;
  /** Of every put. */
  readonly #commonHeaders: Record<string, string>;
  readonly #learnedAt = now();
  #sentTo: SentTo;

  private constructor(client: CloudWatchLogsClient, sentTo: SentTo, signed: SdkRequest) {
    this.#client = client;
    this.#send = client.send;
    this.#middleware = middlewareOf(client);
    this.#sentTo = sentTo;
    this.#request = signed.clone();
    this.#request.headers = {};
    this.#request.body = '';
    this.#commonHeaders = { ...signed.headers };
    for (const name of OF_ONE_PUT) delete this.#commonHeaders[name];
  }

  /**
   * The route of a put that the SDK has signed. Never throws.
   *
   * @returns undefined where something of the application has a part in it, or puts differ in more than is known here
   */
  static async learn(
    client: CloudWatchLogsClient,
    sentTo: SentTo,
    signed: unknown,
    put: PutRequest,
  ): Promise<PutRoute | undefined> {
    try {
      // Each invocation of a Lambda function has headers of its own.
      if (process.env.AWS_LAMBDA_FUNCTION_NAME || !(await isPlain(client))) return undefined;
      const request = signed as SdkRequest;
      const route = new PutRoute(client, sentTo, request);
      await route.#renewCredentials();
      return isDeepStrictEqual(route.#again(put, request.headers), { ...request.headers })
        ? route
        : undefined;
    } catch {
      return undefined;
    }
  }

  /** Whether puts of a client may go this way still: it is the same client, and nobody has changed it. */
  leadsFrom(client: CloudWatchLogsClient, at = now()): boolean {
    if (client !== this.#client || client.send !== this.#send) return false;
    if (at - this.#learnedAt > ROUTE_LASTS_MS) return false;
    const middleware = middlewareOf(client);
    return (
      middleware.length === this.#middleware.length &&
      middleware.every(({ run }, index) => run === this.#middleware[index].run)
    );
  }

  /** Where the last put went, and who signed it. */
  get sentTo(): SentTo {
    return this.#sentTo;
  }

  /** @throws an error of the shape that the SDK's have */
  async put(call: OneCall, put: PutRequest, abortSignal: AbortSignal): Promise<Answer> {
    call.enters('credentials');
    await this.#renewCredentials();
    const config = this.#config;
    const isCorrected = !(await config.disableClockSkewCorrection?.());
    // By the clock that the SDK reads, whoever has put another one in its place.
    const sentAt = Date.now();
    const time = new Date(isCorrected ? sentAt + config.systemClockOffset : sentAt);
    const request = this.#request.clone();
    request.headers = this.#headers(put, time, nodeCrypto().randomUUID());
    request.body = put.body;
    const answer = await call.request(config.requestHandler, request, abortSignal);
    if (isCorrected) correctClock(config, answer, sentAt);
    return answerOf(answer);
  }

  /** The client keeps them, and has them renewed. */
  async #renewCredentials(): Promise<void> {
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await this.#config.credentials();
    const credentials = { accessKeyId, secretAccessKey, sessionToken };
    const expiresAt = expiration?.getTime();
    // The same object while they are the same: the key that is made of them goes with it.
    const { credentials: last, expiresAt: lastExpiresAt } = this.#sentTo;
    if (expiresAt === lastExpiresAt && isDeepStrictEqual(credentials, last)) return;
    this.#sentTo = { ...this.#sentTo, credentials, expiresAt };
  }

  get #config(): Config {
    return this.#client.config as unknown as Config;
  }

  /** The headers of a put that the SDK has signed, as this route makes them. */
  #again(put: PutRequest, signed: Readonly<Record<string, string>>): Record<string, string> {
    const [, date, hours, minutes, seconds] = /^(\d+T)(\d\d)(\d\d)(\d\d)Z$/.exec(signed['x-amz-date']) ?? [];
    const day = date.replace(/^(....)(..)(..)/, '$1-$2-$3');
    const time = new Date(`${day}${hours}:${minutes}:${seconds}Z`);
    return this.#headers(put, time, signed['amz-sdk-invocation-id']);
  }

  #headers({ headers, body }: PutRequest, time: Date, invocationId: string): Record<string, string> {
    const { path } = this.#request;
    const unsigned = {
      ...this.#commonHeaders,
      ...headers,
      'content-length': String(body.length),
      'amz-sdk-invocation-id': invocationId,
    };
    return sign({ path, headers: unsigned, body }, this.#sentTo, time);
  }
}

/** By the SDK's rule: each answer tells how far the service's clock is ahead, unless a cache gave it. */
function correctClock(config: Config, { headers }: HttpAnswer, sentAt: number): void {
  const time = Date.parse(headers.date ?? '');
  const receivedAt = Date.now();
  if (headers.age !== undefined || Number.isNaN(time) || receivedAt - sentAt > TELLS_TIME_MS) return;
  config.systemClockOffset = time - receivedAt;
}
