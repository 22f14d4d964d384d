import type {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Batch } from '../batch/batch.js';
import { withDates } from '../options/aws-settings.js';
import type { GroupSettings } from '../options/group-settings.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { now } from '../time/clock.js';
import { type Access, type SentTo, sentTo, sentToFirst } from './access.js';
import { accessOf } from './client-access.js';
import { loadClient } from './client-module.js';
import { endpointOf, type LoadedClient } from './client-route.js';
import type { SentPlace } from './console-link.js';
import type { Answer } from './json-answer.js';
import { OneCall } from './one-call.js';
import { needsCredentials } from './outcome.js';
import { proxyFor } from './proxy.js';
import { PutRoute, ROUTE_LASTS_MS } from './put-route.js';
import { RequestHandler } from './request-handler.js';
import { type PutRequest, putRequest } from './requests.js';
import { textOf, timeoutError, toPutFailure } from './sdk-failure.js';
import { Silences } from './silences.js';
import type { CallResult, PutOptions, PutResult, Sink, Target } from './sink.js';
import { unheld } from './unheld.js';

type Sdk = LoadedClient['sdk'];

type Creation = CreateLogGroupCommand | CreateLogStreamCommand | PutRetentionPolicyCommand;

/** The answer to a put, from the SDK or around it. */
type PutAnswer = Answer & { readonly $metadata?: { readonly attempts?: number | undefined } };

/**
 * The way out through the AWS SDK. The SDK signs, finds endpoints and credentials and keeps connections; its
 * serialiser and its retries are left out, because the body is built once per batch and the publisher retries
 * itself. The SDK is loaded when the first put needs it, off the start-up path. What one put through its middleware has
 * shown, the next ones use without it: {@link PutRoute}.
 */
export class CloudWatchLogsSink implements Sink {
  readonly #options: ResolvedOptions;
  readonly #loadSdk: () => Promise<unknown>;
  /** Each gives up a call that is under way; one signal for all would warn of more than ten listeners. */
  readonly #underWay = new Set<(reason: Error) => void>();
  #isClosed = false;
  /** Only this package's own handler, with keys that are known, opens nothing that holds the process. */
  #opensNothing: boolean | undefined;
  readonly #silences = new Silences();
  #handler: RequestHandler | undefined;
  #loading: Promise<LoadedClient> | undefined;
  #loaded: LoadedClient | undefined;
  #lastPut: SentTo | undefined;
  #route: PutRoute | undefined;
  /** Whether there is a route is not looked into before. */
  #learnsFrom = 0;
  #destroy: (() => void) | undefined;

  /** @param loadSdk gives the module of the SDK */
  constructor(
    options: ResolvedOptions,
    loadSdk: () => Promise<unknown> = () => import('@aws-sdk/client-cloudwatch-logs'),
  ) {
    this.#options = options;
    this.#loadSdk = loadSdk;
  }

  prepare(): Promise<void> | undefined {
    if (this.#loaded || this.#isClosed) return undefined;
    // A put that comes to the same failure tells it.
    return this.#load().then(
      () => {},
      () => {},
    );
  }

  async put(
    target: Target,
    batch: Batch,
    sequenceToken: string | undefined,
    { without, progress, patience }: PutOptions = {},
  ): Promise<PutResult> {
    const call = new OneCall(this.#silences, progress, patience);
    try {
      const sendPut = async (loaded: LoadedClient, signal: AbortSignal) => {
        const request = await putRequest(target, batch, sequenceToken, this.#options, without);
        call.puts(batch, request);
        return this.#sendPut(loaded, target, request, call, signal);
      };
      const answer = await this.#timed(call, sendPut);
      return {
        ok: true,
        nextSequenceToken: textOf(answer.nextSequenceToken),
        rejected: answer.rejectedLogEventsInfo,
        rejectedEntity: answer.rejectedEntityInfo?.errorType,
        unansweredBefore: (answer.$metadata?.attempts ?? 1) - 1,
        ...call.measured,
        date: call.date,
      };
    } catch (error) {
      return call.failure(error);
    }
  }

  createLogGroup(logGroupName: string, settings: GroupSettings = {}): Promise<CallResult> {
    const { kmsKeyId, logGroupTags, logGroupClass, deletionProtection } = settings;
    return this.#create(({ CreateLogGroupCommand: Command }) => {
      return new Command({
        logGroupName,
        kmsKeyId,
        tags: logGroupTags,
        logGroupClass,
        deletionProtectionEnabled: deletionProtection,
      });
    });
  }

  createLogStream(target: Target): Promise<CallResult> {
    return this.#create(({ CreateLogStreamCommand: Command }) => new Command({ ...target }));
  }

  putRetentionPolicy(logGroupName: string, retentionInDays: number): Promise<CallResult> {
    return this.#create(({ PutRetentionPolicyCommand: Command }) => {
      return new Command({ logGroupName, retentionInDays });
    });
  }

  async describeSequenceToken({ logGroupName, logStreamName }: Target): Promise<string | null | undefined> {
    const call = new OneCall(this.#silences);
    try {
      const answer = await this.#timed(call, ({ sdk, client }, abortSignal) => {
        const options = { logGroupName, logStreamNamePrefix: logStreamName, limit: 1 };
        const command = new sdk.DescribeLogStreamsCommand(options);
        call.watch(client, command);
        return client.send(command, heardBy(call, abortSignal));
      });
      const stream = answer.logStreams?.find((one) => one.logStreamName === logStreamName);
      return stream && (stream.uploadSequenceToken ?? null);
    } catch {
      if (call.givingUp.aborted) return this.describeSequenceToken({ logGroupName, logStreamName });
      return undefined; // the put that asked is tried again anyway and reports what is wrong
    }
  }

  sentPlace(): SentPlace | undefined {
    return this.#sentTo;
  }

  access(): Access | undefined {
    try {
      const sentTo = this.#sentTo;
      return this.#loaded && sentTo ? accessOf(this.#loaded.client, sentTo) : this.#accessBeforePuts();
    } catch {
      return undefined; // the environment names a proxy that is none, so nothing was sent
    }
  }

  get #sentTo(): SentTo | undefined {
    return this.#route?.sentTo ?? this.#lastPut;
  }

  #accessBeforePuts(): Access | undefined {
    const { client, clientModule, aws } = this.#options;
    const first = client || clientModule ? undefined : sentToFirst(aws, process.env);
    return first && { ...first, clockOffsetMs: 0, agent: {}, proxy: proxyFor(first, process.env)?.href };
  }

  /** What makes the requests, loaded where it is not yet. @throws what loading or making it throws */
  loaded(): Promise<LoadedClient> {
    return this.#load();
  }

  async location(): Promise<{ readonly region: string | undefined; readonly endpoint: string | undefined }> {
    const loaded = await this.#load();
    const { url, isAws } = await endpointOf(loaded);
    return { region: await loaded.client.config.region(), endpoint: isAws ? undefined : url.href };
  }

  waitsFor(timeoutMs: number): () => void {
    return this.#silences.waitsFor(timeoutMs);
  }

  letGo(): void {
    if (this.#isOwnHandler) return;
    for (const abort of this.#underWay) abort(timeoutError('no answer came before the process was to end'));
  }

  close(): void {
    this.#isClosed = true;
    for (const abort of this.#underWay) abort(timeoutError('the publisher was closed'));
    this.#destroy?.();
  }

  async #sendPut(
    loaded: LoadedClient,
    target: Target,
    put: PutRequest,
    call: OneCall,
    abortSignal: AbortSignal,
  ): Promise<PutAnswer> {
    const route = this.#route;
    if (!route?.leadsFrom(loaded.client)) {
      this.#forget(route);
      return this.#sendThroughSdk(loaded, target, put, call, abortSignal);
    }
    try {
      return await route.put(call, put, abortSignal);
    } catch (error) {
      this.#forget(route); // whatever it is, the SDK knows best
      throw error;
    }
  }

  async #sendThroughSdk(
    { sdk, client }: LoadedClient,
    target: Target,
    put: PutRequest,
    call: OneCall,
    abortSignal: AbortSignal,
  ): Promise<PutAnswer> {
    const command = new sdk.PutLogEventsCommand({ ...target, logEvents: [] });
    command.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { body: unknown; headers: Record<string, string> };
        request.body = put.body;
        Object.assign(request.headers, put.headers);
        return next(args);
      },
      // After the SDK's serialiser and before anything that looks at the body: length, hash, signature.
      { step: 'serialize', priority: 'low', name: 'readyBody' },
    );
    command.middlewareStack.add(
      (next, context) => async (args) => {
        this.#lastPut = sentTo(args.request, context);
        await this.#learnRoute(client, args.request, put);
        return next(args);
      },
      // After the signature, for whatever client.
      { step: 'finalizeRequest', priority: 'low', name: 'noteAccess' },
    );
    call.watch(client, command);
    return client.send(command, heardBy(call, abortSignal)) as Promise<PutAnswer>;
  }

  async #learnRoute(client: CloudWatchLogsClient, request: unknown, put: PutRequest): Promise<void> {
    if (this.#route || !this.#lastPut || now() < this.#learnsFrom) return;
    this.#route = await PutRoute.learn(client, this.#lastPut, request, put);
    if (!this.#route) this.#learnsFrom = now() + ROUTE_LASTS_MS;
  }

  /** The next put goes through the SDK. */
  #forget(route: PutRoute | undefined): void {
    if (!route || route !== this.#route) return;
    this.#lastPut = route.sentTo;
    this.#route = undefined;
  }

  async #create(commandOf: (sdk: Sdk) => Creation): Promise<CallResult> {
    const call = new OneCall(this.#silences);
    try {
      await this.#timed(call, ({ sdk, client }, abortSignal) => {
        const command = commandOf(sdk);
        call.watch(client, command);
        return client.send(command as CreateLogGroupCommand, heardBy(call, abortSignal));
      });
      return { ok: true };
    } catch (error) {
      // To create twice does no harm.
      return call.givingUp.aborted ? this.#create(commandOf) : call.failure(error);
    }
  }

  /** The SDK heeds the signal only once it has credentials, and a module for a client may never be there. */
  async #timed<T>(
    call: OneCall,
    send: (loaded: LoadedClient, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const controller = new AbortController();
    const aborted = new Promise<never>((_, reject) => {
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
    });
    const abort = (reason: Error) => controller.abort(reason);
    const giveUp = () => {
      this.#handler?.closeIdle();
      controller.abort(call.givingUp.reason);
    };
    const ends = call.whenSilent(this.#options.requestTimeoutMs, (late) => controller.abort(late));
    this.#underWay.add(abort);
    call.givingUp.addEventListener('abort', giveUp, { once: true });
    let loading: Promise<LoadedClient> | undefined;
    let loaded: LoadedClient | undefined;
    try {
      if (this.#isClosed) throw timeoutError('the publisher was closed');
      const request = async () => {
        loading = this.#load();
        loaded = await loading;
        return send(loaded, controller.signal);
      };
      return await Promise.race([this.#unheld(call, request), aborted]);
    } catch (error) {
      // The SDK wraps what an aborted request throws in ways that differ between its versions.
      const thrown = controller.signal.aborted ? controller.signal.reason : error;
      if (loading === this.#loading && needsCredentials(toPutFailure(thrown))) this.#startAnew(loaded);
      throw thrown;
    } finally {
      ends();
      this.#underWay.delete(abort);
    }
  }

  #unheld<T>(call: OneCall, request: () => Promise<T>): Promise<T> {
    // Found out once: it may take a look at a file.
    this.#opensNothing ??= this.#isOwnHandler && sentToFirst(this.#options.aws, process.env) !== undefined;
    if (this.#opensNothing) return request();
    return unheld((isOver) => {
      if (this.#isOwnHandler) call.beforeRequest(isOver);
      return request();
    });
  }

  get #isOwnHandler(): boolean {
    const { client, clientModule, aws } = this.#options;
    return !client && !clientModule && aws.requestHandler === undefined;
  }

  #load(): Promise<LoadedClient> {
    if (!this.#loading) {
      const loading = this.#start();
      this.#loading = loading;
      loading.catch(() => {
        // A module that was not there may be there at the next try.
        if (this.#loading === loading) this.#loading = undefined;
      });
    }
    return this.#loading;
  }

  async #start(): Promise<LoadedClient> {
    const module = (await this.#loadSdk()) as Sdk & { readonly default?: Sdk };
    // A bundler that splits its output may leave of the SDK's own names no other than the default.
    const sdk = module.CloudWatchLogsClient ? module : (module.default ?? module);
    this.#loaded = { sdk, client: await this.#makeClient(sdk) };
    return this.#loaded;
  }

  /**
   * The next call asks for credentials anew. A client asks no more for those that it has, reads the shared files of the AWS
   * tools once, and waits for ever for a provider that never answered.
   *
   * @param before undefined when it was never there
   */
  #startAnew(before: LoadedClient | undefined): void {
    const { client, clientModule } = this.#options;
    if (!before) this.#loading = undefined;
    if (!before || client || clientModule) return;
    const { sdk } = before;
    const { systemClockOffset } = before.client.config as { readonly systemClockOffset?: number };
    this.#loaded = { sdk, client: this.#ownClient(sdk, { systemClockOffset, ignoreCache: true }) };
    this.#loading = Promise.resolve(this.#loaded);
  }

  async #makeClient(sdk: Sdk): Promise<CloudWatchLogsClient> {
    const { client, clientModule } = this.#options;
    if (client) return client;
    if (clientModule) return loadClient(clientModule);
    return this.#ownClient(sdk);
  }

  /** @param internal settings of the SDK that are not in its types */
  #ownClient(sdk: Sdk, internal: object = {}): CloudWatchLogsClient {
    this.#handler ??= new RequestHandler({}, (to) => proxyFor(to, process.env));
    const own = new sdk.CloudWatchLogsClient({
      requestHandler: this.#handler,
      ...withDates(this.#options.aws),
      maxAttempts: 1, // the publisher retries; two layers would multiply
      ...internal,
    });
    this.#destroy = () => own.destroy();
    return own;
  }
}

/** Options for the handler of requests; one that is not of this package leaves alone what it does not know. */
function heardBy(
  { handling: watch }: OneCall,
  abortSignal: AbortSignal,
): { readonly abortSignal: AbortSignal } {
  return { abortSignal, watch } as { readonly abortSignal: AbortSignal };
}
