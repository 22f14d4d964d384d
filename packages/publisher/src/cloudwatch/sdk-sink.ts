import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { CloudWatchLogsClient, PutLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import type { Batch } from '../batch/batch.js';
import { describe, PublisherError } from '../options/errors.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { encodePut } from './put-body.js';
import { RequestHandler } from './request-handler.js';
import { textOf, toPutFailure } from './sdk-failure.js';
import type { CallResult, PutResult, Sink, Target } from './sink.js';

type Sdk = typeof import('@aws-sdk/client-cloudwatch-logs');

const GZIP_FROM_BYTES = 1024;
const compress = promisify(gzip);

/**
 * The way out through the AWS SDK. The SDK signs, finds endpoints and credentials and keeps connections; its
 * serialiser and its retries are left out, because the body is built once per batch and the publisher retries
 * itself. The SDK is loaded when the first put needs it, off the start-up path.
 */
export class CloudWatchLogsSink implements Sink {
  readonly #options: ResolvedOptions;
  readonly #aborted = new AbortController();
  #loading: Promise<{ sdk: Sdk; client: CloudWatchLogsClient }> | undefined;
  #destroy: (() => void) | undefined;

  constructor(options: ResolvedOptions) {
    this.#options = options;
  }

  async put(target: Target, batch: Batch, sequenceToken: string | undefined): Promise<PutResult> {
    try {
      const answer = await this.#timed((signal) => this.#sendPut(target, batch, sequenceToken, signal));
      return {
        ok: true,
        nextSequenceToken: textOf(answer.nextSequenceToken),
        rejected: answer.rejectedLogEventsInfo,
        rejectedEntity: answer.rejectedEntityInfo?.errorType,
        clientAttempts: answer.$metadata?.attempts,
      };
    } catch (error) {
      return toPutFailure(error);
    }
  }

  createLogGroup(logGroupName: string): Promise<CallResult> {
    const { kmsKeyId, logGroupTags, logGroupClass, deletionProtection } = this.#options;
    return this.#call(({ sdk, client }, abortSignal) =>
      client.send(
        new sdk.CreateLogGroupCommand({
          logGroupName,
          kmsKeyId,
          tags: logGroupTags,
          logGroupClass,
          deletionProtectionEnabled: deletionProtection,
        }),
        { abortSignal },
      ),
    );
  }

  createLogStream(target: Target): Promise<CallResult> {
    return this.#call(({ sdk, client }, abortSignal) =>
      client.send(new sdk.CreateLogStreamCommand({ ...target }), { abortSignal }),
    );
  }

  putRetentionPolicy(logGroupName: string, retentionInDays: number): Promise<CallResult> {
    return this.#call(({ sdk, client }, abortSignal) =>
      client.send(new sdk.PutRetentionPolicyCommand({ logGroupName, retentionInDays }), { abortSignal }),
    );
  }

  async describeSequenceToken({ logGroupName, logStreamName }: Target): Promise<string | null | undefined> {
    try {
      const answer = await this.#timed(async (abortSignal) => {
        const { sdk, client } = await this.#load();
        const options = { logGroupName, logStreamNamePrefix: logStreamName, limit: 1 };
        return client.send(new sdk.DescribeLogStreamsCommand(options), { abortSignal });
      });
      const stream = answer.logStreams?.find((one) => one.logStreamName === logStreamName);
      return stream && (stream.uploadSequenceToken ?? null);
    } catch {
      return undefined; // the put that asked is tried again anyway and reports what is wrong
    }
  }

  close(): void {
    this.#aborted.abort();
    this.#destroy?.();
  }

  async #sendPut(
    target: Target,
    batch: Batch,
    sequenceToken: string | undefined,
    abortSignal: AbortSignal,
  ): Promise<PutLogEventsCommandOutput> {
    const { sdk, client } = await this.#load();
    let body = encodePut(target, batch, sequenceToken, this.#options.entity);
    let encoding: string | undefined;
    if (this.#options.gzip && body.length > GZIP_FROM_BYTES) {
      const compressed = await compress(body);
      if (compressed.length < body.length) {
        body = compressed;
        encoding = 'gzip';
      }
    }
    const command = new sdk.PutLogEventsCommand({ ...target, logEvents: [] });
    command.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { body: unknown; headers: Record<string, string> };
        request.body = body;
        if (encoding) request.headers['content-encoding'] = encoding;
        if (this.#options.emf) request.headers['x-amzn-logs-format'] = 'json/emf';
        return next(args);
      },
      // After the SDK's serialiser and before anything that looks at the body: length, hash, signature.
      { step: 'serialize', priority: 'low', name: 'readyBody' },
    );
    return client.send(command, { abortSignal });
  }

  async #call(
    send: (loaded: { sdk: Sdk; client: CloudWatchLogsClient }, signal: AbortSignal) => Promise<unknown>,
  ): Promise<CallResult> {
    try {
      await this.#timed(async (signal) => send(await this.#load(), signal));
      return { ok: true };
    } catch (error) {
      return toPutFailure(error);
    }
  }

  /** The SDK heeds the signal only once it has credentials, and a module for a client may never be there. */
  async #timed<T>(request: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { requestTimeoutMs } = this.#options;
    const controller = new AbortController();
    const aborted = new Promise<never>((_, reject) => {
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
    });
    const abort = () => controller.abort(timeoutError('the publisher was closed'));
    const expire = () => controller.abort(timeoutError(`no answer within ${requestTimeoutMs} ms`));
    const timer = setTimeout(expire, requestTimeoutMs).unref();
    this.#aborted.signal.addEventListener('abort', abort, { once: true });
    try {
      if (this.#aborted.signal.aborted) throw timeoutError('the publisher was closed');
      return await Promise.race([request(controller.signal), aborted]);
    } catch (error) {
      // The SDK wraps what an aborted request throws in ways that differ between its versions.
      throw controller.signal.aborted ? controller.signal.reason : error;
    } finally {
      clearTimeout(timer);
      this.#aborted.signal.removeEventListener('abort', abort);
    }
  }

  #load(): Promise<{ sdk: Sdk; client: CloudWatchLogsClient }> {
    this.#loading ??= this.#start();
    this.#loading.catch(() => {
      this.#loading = undefined; // a module that was not there may be there at the next try
    });
    return this.#loading;
  }

  async #start(): Promise<{ sdk: Sdk; client: CloudWatchLogsClient }> {
    const sdk = await import('@aws-sdk/client-cloudwatch-logs');
    const { client, clientModule, aws, maxRequests } = this.#options;
    if (client) return { sdk, client };
    if (clientModule) return { sdk, client: await loadClient(clientModule) };
    const own = new sdk.CloudWatchLogsClient({
      requestHandler: new RequestHandler(maxRequests + 4),
      ...aws,
      maxAttempts: 1, // the publisher retries; two layers would multiply
    });
    this.#destroy = () => own.destroy();
    return { sdk, client: own };
  }
}

/** A request that took too long: it may have been stored. */
function timeoutError(message: string): Error {
  return Object.assign(new Error(message), { name: 'TimeoutError' });
}

async function loadClient(clientModule: string): Promise<CloudWatchLogsClient> {
  try {
    const loaded: unknown = await import(resolveModule(clientModule));
    let made = (loaded as { default?: unknown }).default ?? loaded;
    // A CommonJS module that was compiled from an ES module has its default one level deeper.
    if (typeof made === 'object' && made !== null && 'default' in made) made = made.default;
    if (typeof made === 'function') made = await made();
    if (typeof (made as { send?: unknown } | null)?.send === 'function') return made as CloudWatchLogsClient;
    throw new TypeError(`its default export gave ${describe(made)}`);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const error = new PublisherError(
      'CLOUDWATCH_LOGS_CLIENT_MODULE',
      `Option "clientModule" must name a module whose default export is a CloudWatchLogsClient or a function ` +
        `that makes one; ${JSON.stringify(clientModule)} failed: ${reason}`,
      { cause },
    );
    error.name = 'ClientModuleError';
    throw error;
  }
}

/** Paths and package names count from the working directory, URLs stand for themselves. */
function resolveModule(specifier: string): string {
  if (/^(file|data|node):/.test(specifier)) return specifier;
  const resolved = createRequire(path.join(process.cwd(), 'index.js')).resolve(specifier);
  return pathToFileURL(resolved).href;
}
