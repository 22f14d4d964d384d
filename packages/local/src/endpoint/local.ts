import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { KeptData } from '../data/kept-data.js';
import { Faults } from '../faults/faults.js';
import { seededRandom } from '../faults/random.js';
import { Queries } from '../insights/queries.js';
import { LiveTails } from '../live-tail/live-tails.js';
import type { LocalMetric } from '../metrics/metric-data.js';
import { MetricFilters } from '../metrics/metric-filters.js';
import type { AcceptedPut, Context } from '../operations/context.js';
import { positionDigits } from '../operations/page-token.js';
import { type Exchange, type RequestRecord, recordOf } from '../service/request-record.js';
import { HttpServer } from '../service/server.js';
import { type Outcome, Service } from '../service/service.js';
import type { Subscription, SubscriptionOptions } from '../store/feed.js';
import type { Account, LogGroupSettings } from '../store/log-group.js';
import { Store } from '../store/store.js';
import { type SubscriptionDelivery, SubscriptionFilters } from '../subscriptions/subscription-filters.js';
import { clientConfigOf, environmentOf, type LocalClientConfig, urlOf } from './addresses.js';
import { Contents, type NamedPlace, parsedMessage, type StoredEvent, type StoredGroup } from './contents.js';
import { Counters, type LocalStats } from './counters.js';
import { type LocalOptions, type ResolvedOptions, resolveOptions } from './options.js';
import { RequestLog } from './request-log.js';
import { Waiters } from './waiters.js';
import { matcherOf, notSeen, type WantedEvents } from './wanted-events.js';

/** A log stream that a request created. */
export interface CreatedStream {
  /** Its log group. */
  readonly logGroupName: string;
  /** Its name. */
  readonly logStreamName: string;
}

/** The events of an endpoint, as a listener is told of them. */
export interface LocalEvents {
  /** A request was answered, reset, or began to hang. */
  request: [RequestRecord];
  /** A put was accepted. Comes before its answer is sent. */
  put: [AcceptedPut];
  /** A log stream was created by a request. */
  stream: [CreatedStream];
  /** A subscription filter whose destination is an ARN sent something. Comes after the put. */
  subscription: [SubscriptionDelivery];
}

/** Which requests are wanted. */
export interface RequestsSince {
  /** The number of the last one that is known. @default 0 */
  readonly since?: number;
}

/** How much `reset` lets go of. */
export interface ResetOptions {
  /** Only the groups and resources of this account, and the faults for it alone. @default everything */
  readonly accountId?: string | undefined;
}

/** How `stop` ends. */
export interface StopOptions {
  /** After how many milliseconds it listens again by itself. @default never */
  readonly forMs?: number;
}

/** How long `waitFor` waits. */
export interface WaitOptions {
  /** In milliseconds. @default 10000 */
  readonly timeoutMs?: number;
}

/** Answers a request that is not a `POST /`, or says that there is no such page. */
export type Pages = (
  local: LocalCloudWatchLogs,
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<boolean>;

/** The parts of an endpoint that its pages show. */
export interface EndpointParts {
  readonly store: Store;
  /** The Region and account of the options. */
  readonly home: Pick<Account, 'region' | 'accountId'>;
  readonly service: Service;
  /** The clock of the service. */
  readonly now: () => number;
}

/** For the rooms above; the class shows its users none of it. */
export let partsOf: (local: LocalCloudWatchLogs) => EndpointParts;

/** A running endpoint; made by `startLocal`. */
export class LocalCloudWatchLogs extends EventEmitter<LocalEvents> {
  /** The faults that happen. `set`, `add` and `clear` take effect with the next request. */
  readonly faults: Faults;
  /** The seed of the faults that have a `probability`. Pass it to `startLocal` to see the same again. */
  readonly seed: number;
  readonly #options: ResolvedOptions;
  readonly #store: Store;
  readonly #metricFilters: MetricFilters;
  readonly #subscriptionFilters: SubscriptionFilters;
  readonly #queries: Queries;
  readonly #service: Service;
  readonly #http: HttpServer;
  readonly #data: KeptData | undefined;
  readonly #startedAt = performance.now();
  readonly #contents: Contents;
  readonly #counters = new Counters();
  readonly #waiters = new Waiters();
  readonly #requestLog = new RequestLog();
  #restart: NodeJS.Timeout | undefined;
  #closed = false;

  static {
    partsOf = (local) => ({
      store: local.#store,
      home: local.#options,
      service: local.#service,
      now: local.#options.now,
    });
  }

  /**
   * Use `startLocal`, which also listens. `pages` answers what is not a request to CloudWatch Logs.
   * @throws TypeError when an option or a fault is not valid
   */
  constructor(options: LocalOptions = {}, pages: Pages = async () => false) {
    super();
    this.#options = resolveOptions(options);
    const { host, maxBytes, now, port, seed } = this.#options;
    this.seed = seed;
    this.faults = new Faults(seededRandom(seed), now, this.#options.faults);
    this.#store = new Store({ maxBytes, now, onFirstEviction: () => warnAboutEviction(maxBytes) });
    this.#contents = new Contents(this.#store, this.#options, now);
    this.#metricFilters = new MetricFilters(this.#store);
    this.#queries = new Queries(now);
    this.#subscriptionFilters = new SubscriptionFilters(this.#store, positionDigits, (delivery) =>
      this.emit('subscription', delivery),
    );
    const { data } = this.#options;
    this.#data =
      data === undefined
        ? undefined
        : new KeptData(data, {
            store: this.#store,
            metricFilters: this.#metricFilters,
            subscriptionFilters: this.#subscriptionFilters,
          });
    const service = new Service({
      context: this.#context(),
      faults: this.faults,
      credentials: this.#options.credentials,
      region: this.#options.region,
      accountId: this.#options.accountId,
      seed,
      onRequest: (operation) => this.#counters.requests.add(operation),
      onFault: ({ kind }) => {
        this.#counters.faults.add(kind);
        // A request that is held has no outcome yet that would have the waiters look again.
        if (kind === 'latency' || kind === 'slow-read') this.#waiters.check();
      },
    });
    this.#service = service;
    this.#http = new HttpServer(port, {
      host,
      now,
      bodyBytesPerSecond: (headers) => service.bodyBytesPerSecond(headers),
      handle: (call, signal) => service.handle(call, signal),
      onOutcome: (outcome, exchange) => this.#settled(outcome, exchange),
      handleOther: (request, response) => pages(this, request, response),
    });
  }

  /** The port it listens on; it stays the same over `stop` and `start`. */
  get port(): number {
    return this.#http.port;
  }

  /** The URL to give to a client, for example as AWS_ENDPOINT_URL_CLOUDWATCH_LOGS. */
  get endpoint(): string {
    return urlOf(this.#options.host, this.port);
  }

  /** Whether it accepts connections. */
  get listening(): boolean {
    return this.#http.listening;
  }

  /**
   * The events of a stream, or of all streams of a group, in the order in which CloudWatch Logs returns them: by
   * timestamp, equal ones in order of arrival. Empty when there is no such group or stream.
   *
   * Here and below a name means the group in the Region and account of the endpoint's options; where they have none of
   * this name, the group of another Region or account that requests were signed for.
   */
  events(place: NamedPlace): StoredEvent[] {
    return this.#contents.events(place);
  }

  /**
   * The messages of a group, or of one stream of it, in the order of `events`; those that are JSON parsed, the others as
   * the text that they are.
   */
  messages<Message = unknown>(logGroupName: string, logStreamName?: string): Message[] {
    return this.events({ logGroupName, logStreamName }).map((event) => parsedMessage(event) as Message);
  }

  /** All log groups of all Regions and accounts, sorted by name. */
  groups(): StoredGroup[] {
    return this.#contents.describeGroups();
  }

  /** The last 1,000 requests, or those of them with a number greater than `since`, oldest first. */
  requests({ since = 0 }: RequestsSince = {}): readonly RequestRecord[] {
    return this.#requestLog.since(since);
  }

  /** Counts of all that happened so far, and of what is stored now. A copy. */
  stats(): LocalStats {
    for (const group of this.#contents.groups) this.#store.expire(group);
    const { bytes, events, evicted } = this.#store;
    return { ...this.#counters.toObject(), events, bytes, evicted };
  }

  /**
   * The metrics that metric filters made of the events that were put since each filter was made, by minute of the
   * events. A copy; kept are the last day of each metric and 1,000 metrics.
   */
  metrics(): LocalMetric[] {
    return this.#metricFilters.metrics();
  }

  /** Options for a client of the AWS SDK for JavaScript that is to talk to this endpoint. */
  clientConfig(): LocalClientConfig {
    return clientConfigOf(this.endpoint, this.#options);
  }

  /** Environment variables that make the AWS SDKs of every language and the AWS CLI talk to this endpoint. */
  environment(): Record<string, string> {
    return environmentOf(this.clientConfig());
  }

  /** Milliseconds since the endpoint was made. */
  get uptimeMs(): number {
    return Math.round(performance.now() - this.#startedAt);
  }

  /**
   * Back to how it was when it was started: no groups, no counts, the faults of the options and their random numbers
   * from the start. Connections, listeners and the port stay.
   */
  reset({ accountId }: ResetOptions = {}): void {
    if (accountId !== undefined) {
      this.#store.clearAccount(accountId);
      this.faults.clear({ accountId });
      this.#waiters.check();
      return;
    }
    this.#store.clear();
    this.#counters.clear();
    this.#requestLog.clear();
    this.#metricFilters.clear();
    this.#queries.clear();
    this.faults.restart(seededRandom(this.seed), this.#options.faults);
    this.#waiters.check();
  }

  /**
   * Subscribes to the events of all puts from now on. They wait in a bounded queue until they are taken; who takes too
   * slowly loses the oldest and is told how many.
   *
   * ```ts
   * const subscription = local.subscribe({ onEvents: () => show(subscription.take()) });
   * ```
   */
  subscribe(options: SubscriptionOptions = {}): Subscription {
    return this.#store.feed.subscribe(options);
  }

  /** @throws ServiceError ResourceAlreadyExistsException */
  createLogGroup(logGroupName: string, settings: LogGroupSettings = {}): void {
    this.#store.createGroup(this.#contents.home, logGroupName, settings);
    this.#waiters.check();
  }

  /** @throws ServiceError ResourceNotFoundException, ResourceAlreadyExistsException */
  createLogStream(logGroupName: string, logStreamName: string): void {
    this.#store.createStream(this.#contents.group(logGroupName), logStreamName);
    this.#waiters.check();
  }

  /** Deletes a group, whether or not it is protected. @throws ServiceError ResourceNotFoundException */
  deleteLogGroup(logGroupName: string): void {
    this.#store.deleteGroup(this.#contents.group(logGroupName));
    this.#waiters.check();
  }

  /** Deletes a stream, whether or not its group is protected. @throws ServiceError ResourceNotFoundException */
  deleteLogStream(logGroupName: string, logStreamName: string): void {
    const group = this.#contents.group(logGroupName);
    this.#store.deleteStream(group, group.stream(logStreamName));
    this.#waiters.check();
  }

  /**
   * Makes a stream expect another token, though nothing was put, and answers that token. What the last accepted put was
   * is not forgotten. @throws ServiceError ResourceNotFoundException
   */
  rotateToken(logGroupName: string, logStreamName: string): string {
    const group = this.#contents.group(logGroupName);
    return this.#store.rotateToken(group, group.stream(logStreamName));
  }

  /** Listens again on the same port after `stop`. Nothing happens when it listens already. */
  async start(): Promise<void> {
    clearTimeout(this.#restart);
    if (this.#closed) throw new Error('This endpoint was closed for good; start another with startLocal().');
    await this.#http.start();
  }

  /**
   * An outage: no connection is accepted any more and the open ones are cut, also those whose request is under way. All
   * data stays. `start` ends it.
   */
  async stop({ forMs }: StopOptions = {}): Promise<void> {
    clearTimeout(this.#restart);
    if (forMs !== undefined) {
      this.#restart = setTimeout(() => {
        // It fails only when another process has taken the port meanwhile.
        this.start().catch((error) => process.emitWarning(error));
      }, forMs);
    }
    await this.#http.stop();
  }

  /** Lets the process end even though this listens. */
  unref(): this {
    this.#http.unref();
    return this;
  }

  /** Stops for good. May be called more than once. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restart);
    this.#subscriptionFilters.close();
    this.#queries.clear();
    this.#waiters.fail(new Error('The endpoint was closed while waiting for it.'));
    await this.#http.stop();
    this.#data?.close();
  }

  /**
   * Waits until `condition` holds. It is evaluated at once, after every request, and when a `latency` or `slow-read` fault
   * begins to hold one; keep it cheap (`stats()` rather than `events()`).
   * @throws Error that tells what the endpoint has seen, when the time is over or the endpoint is closed
   */
  waitFor(condition: (local: this) => boolean, { timeoutMs = 10_000 }: WaitOptions = {}): Promise<void> {
    const explain = (): string =>
      `waitFor: not so after ${timeoutMs} ms: ${condition}\nThe endpoint has seen: ${JSON.stringify(this.stats())}`;
    return this.#waiters.wait(() => condition(this), timeoutMs, explain);
  }

  /**
   * Waits until a group holds the events that are wanted, and answers all that match.
   *
   * ```ts
   * const [paid] = await local.waitForEvents({ logGroupName: 'app', match: 'paid' });
   * ```
   *
   * @throws Error that tells what the endpoint has seen, when the time is over or the endpoint is closed; TypeError when
   * a member is not valid
   */
  async waitForEvents(wanted: WantedEvents): Promise<StoredEvent[]> {
    const { count = 1, timeoutMs = 10_000 } = wanted;
    const matches = matcherOf(wanted);
    let matching: StoredEvent[] = [];
    let seenArrivals = -1;
    const enough = (): boolean => {
      // The events are looked through again only when there are others.
      const arrivals = this.#store.events + this.#store.evicted;
      if (arrivals !== seenArrivals) matching = this.events(wanted).filter(matches);
      seenArrivals = arrivals;
      return matching.length >= count;
    };
    const explain = (): string =>
      notSeen(wanted, timeoutMs, {
        events: this.events(wanted),
        matching: matching.length,
        groupNames: this.#contents.names(wanted.accountId),
        errors: this.#counters.errors.toObject(),
        faults: this.#counters.faults.toObject(),
      });
    await this.#waiters.wait(enough, timeoutMs, explain);
    return matching;
  }

  /** Closes it at the end of the scope of an `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #context(): Omit<Context, 'account'> {
    const { liveTailTimeoutMs, maxEventBytes, now, sequenceTokens, tokenErrors } = this.#options;
    return {
      store: this.#store,
      now,
      sequenceTokens,
      tokenErrors,
      maxEventBytes,
      liveTails: new LiveTails(this.#store.feed, liveTailTimeoutMs),
      metricFilters: this.#metricFilters,
      queries: this.#queries,
      subscriptionFilters: this.#subscriptionFilters,
      onPut: (put) => {
        this.#counters.puts += 1;
        this.emit('put', put);
      },
      onStream: (logGroupName, logStreamName) => this.emit('stream', { logGroupName, logStreamName }),
    };
  }

  #settled(outcome: Outcome, exchange: Exchange): void {
    if (outcome.error !== undefined) this.#counters.errors.add(outcome.error);
    const record = recordOf(this.#requestLog.newest + 1, outcome, exchange);
    this.#requestLog.add(record);
    this.emit('request', record);
    this.#waiters.check();
  }
}

function warnAboutEviction(maxBytes: number): void {
  process.emitWarning(
    `cloudwatch-logs-local holds ${maxBytes} bytes of events, its maxBytes: from here on the oldest are dropped.`,
    { code: 'CLOUDWATCH_LOGS_LOCAL_EVICTION' },
  );
}
