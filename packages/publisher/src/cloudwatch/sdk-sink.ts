import type {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Batch } from '../batch/batch.js';
import type { GroupSettings } from '../options/group-settings.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { now } from '../time/clock.js';
import { type Access, type SentTo, sentTo, sentToFirst } from './access.js';
import { accessOf } from './client-access.js';
import { endpointOf, type LoadedClient } from './client-route.js';
import type { SentPlace } from './console-link.js';
import type { Answer } from './json-answer.js';
import { OneCall } from './one-call.js';
import { needsCredentials } from './outcome.js';
import { proxyFor } from './proxy.js';
import { PutRoute, ROUTE_LASTS_MS } from './put-route.js';
import { newGroup, oneStream, type PutRequest, putRequest, tokenIn } from './requests.js';
import { SdkClient } from './sdk-client.js';
import { timeoutError, toPutFailure } from './sdk-failure.js';
import { Silences } from './silences.js';
import type { CallResult, PutOptions, PutResult, Sink, Target } from './sink.js';
import { unheld } from './unheld.js';

type Sdk = LoadedClient['sdk'];

type Creation = CreateLogGroupCommand | CreateLogStreamCommand | PutRetentionPolicyCommand;

/**
 * The way out through the AWS SDK. The SDK signs, finds endpoints and credentials and keeps connections; its
 * serialiser and its retries are left out, because the body is built once per batch and the publisher retries
 * itself. What one put through its middleware has shown, the next ones use without it: {@link PutRoute}.
 */
export class CloudWatchLogsSink implements Sink {
  readonly #options: ResolvedOptions;
  readonly #client: SdkClient;
  /** Each gives up a call that is under way; one signal for all would warn of more than ten listeners. */
  readonly #underWay = new Set<(reason: Error) => void>();
  #isClosed = false;
  /** Only this package's own handler, with keys that are known, opens nothing that holds the process. */
  #opensNothing: boolean | undefined;
  readonly #silences = new Silences();
  #lastPut: SentTo | undefined;
  #route: PutRoute | undefined;
  /** Whether there is a route is not looked into before. */
  #learnsFrom = 0;

  /** @param loadSdk gives the module of the SDK */
  constructor(
    options: ResolvedOptions,
    loadSdk: () => Promise<unknown> = () => import('@aws-sdk/client-cloudwatch-logs'),
  ) {
    this.#options = options;
    this.#client = new SdkClient(options, loadSdk);
  }

  prepare(): Promise<void> | undefined {
    if (this.#client.loaded || this.#isClosed) return undefined;
    // A put that comes to the same failure tells it.
    return this.#client.load().then(
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
        signal.throwIfAborted(); // a later put may have stored the batch meanwhile, whose messages are gone then
        const request = await putRequest(target, batch, sequenceToken, this.#options, without);
        call.puts(batch, request);
        return this.#sendPut(loaded, target, request, call, signal);
      };
      return call.success(await this.#timed(call, sendPut));
    } catch (error) {
      return call.failure(error);
    }
  }

  createLogGroup(logGroupName: string, settings?: GroupSettings): Promise<CallResult> {
    const input = newGroup(logGroupName, settings);
    return this.#create(({ CreateLogGroupCommand: Command }) => new Command(input));
  }

  createLogStream(target: Target): Promise<CallResult> {
    return this.#create(({ CreateLogStreamCommand: Command }) => new Command({ ...target }));
  }

  putRetentionPolicy(logGroupName: string, retentionInDays: number): Promise<CallResult> {
    return this.#create(({ PutRetentionPolicyCommand: Command }) => {
      return new Command({ logGroupName, retentionInDays });
    });
  }

  async describeSequenceToken(target: Target): Promise<string | null | undefined> {
    const call = new OneCall(this.#silences);
    try {
      const answer = await this.#timed(call, ({ sdk, client }, abortSignal) => {
        const command = new sdk.DescribeLogStreamsCommand(oneStream(target));
        call.watch(client, command);
        return client.send(command, heardBy(call, abortSignal));
      });
      return tokenIn(answer, target);
    } catch {
      if (call.givingUp.aborted) return this.describeSequenceToken(target);
      return undefined; // the put that asked is tried again anyway and reports what is wrong
    }
  }

  sentPlace(): SentPlace | undefined {
    return this.#sentTo;
  }

  access(): Access | undefined {
    try {
      const { loaded } = this.#client;
      const sentTo = this.#sentTo;
      return loaded && sentTo ? accessOf(loaded.client, sentTo) : this.#accessBeforePuts();
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

  /** The client that makes the requests, loaded where it is not yet. @throws what loading or making it throws */
  loaded(): Promise<LoadedClient> {
    return this.#client.load();
  }

  async location(): Promise<{ readonly region: string | undefined; readonly endpoint: string | undefined }> {
    const loaded = await this.#client.load();
    const { url, isAws } = await endpointOf(loaded);
    return { region: await loaded.client.config.region(), endpoint: isAws ? undefined : url.href };
  }

  waitsFor(timeoutMs: number): () => void {
    return this.#silences.waitsFor(timeoutMs);
  }

  letGo(): void {
    if (this.#client.hasOwnHandler) return;
    for (const abort of this.#underWay) abort(timeoutError('no answer came before the process was to end'));
  }

  close(): void {
    this.#isClosed = true;
    for (const abort of this.#underWay) abort(timeoutError('the publisher was closed'));
    this.#client.close();
  }

  async #sendPut(
    loaded: LoadedClient,
    target: Target,
    put: PutRequest,
    call: OneCall,
    abortSignal: AbortSignal,
  ): Promise<Answer> {
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
  ): Promise<Answer> {
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
    return client.send(command, heardBy(call, abortSignal)) as Promise<Answer>;
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
      this.#client.closeIdle();
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
        loading = this.#client.load();
        loaded = await loading;
        return send(loaded, controller.signal);
      };
      return await Promise.race([this.#unheld(call, request), aborted]);
    } catch (error) {
      // The SDK wraps what an aborted request throws in ways that differ between its versions.
      const thrown = controller.signal.aborted ? controller.signal.reason : error;
      if (needsCredentials(toPutFailure(thrown))) this.#client.startAnew(loading, loaded);
      throw thrown;
    } finally {
      ends();
      this.#underWay.delete(abort);
    }
  }

  #unheld<T>(call: OneCall, request: () => Promise<T>): Promise<T> {
    // Found out once: it may take a look at a file.
    this.#opensNothing ??=
      this.#client.hasOwnHandler && sentToFirst(this.#options.aws, process.env) !== undefined;
    if (this.#opensNothing) return request();
    return unheld((isOver) => {
      if (this.#client.hasOwnHandler) call.beforeRequest(isOver);
      return request();
    });
  }
}

/** Options for the handler of requests; one that is not of this package leaves alone what it does not know. */
function heardBy(
  { handling: watch }: OneCall,
  abortSignal: AbortSignal,
): { readonly abortSignal: AbortSignal } {
  return { abortSignal, watch } as { readonly abortSignal: AbortSignal };
}
