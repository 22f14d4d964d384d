import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
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
import type { Account, LogGroup, LogGroupSettings } from '../store/log-group.js';
import { at, END, readAll } from '../store/scan.js';
import { Store } from '../store/store.js';
import { type SubscriptionDelivery, SubscriptionFilters } from '../subscriptions/subscription-filters.js';
import { type LocalStats, Tally } from './counters.js';
import { type LocalOptions, type ResolvedOptions, resolveOptions } from './options.js';
import { RequestLog } from './request-log.js';
import type { StoredEvent, StoredGroup } from './stored.js';
import { matcherOf, notSeen, type WantedEvents } from './wanted-events.js';

/** Options of an SDK client that talks to an endpoint. */
export interface LocalClientConfig {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** Without it the SDK would call `stream-127.0.0.1` for StartLiveTail, a name that does not resolve. */
  disableHostPrefix: true;
}

/** What listeners are told. */
export interface LocalEvents {
  /** A request was answered, reset, or began to hang. */
  request: [RequestRecord];
  /** A put was accepted. Comes before its answer is sent. */
  put: [AcceptedPut];
  /** A log stream was created by a request. */
  stream: [{ readonly logGroupName: string; readonly logStreamName: string }];
  /** A subscription filter whose destination is an ARN sent something. Comes after the put. */
  subscription: [SubscriptionDelivery];
}

interface Waiter {
  readonly check: () => void;
  readonly fail: (error: Error) => void;
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
  /** What goes wrong. `set`, `add` and `clear` take effect with the next request. */
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
  readonly #startedAt = performance.now();
  #restart: NodeJS.Timeout | undefined;
  readonly #requests = new Tally();
  readonly #errors = new Tally();
  readonly #faultCounts = new Tally();
  readonly #waiters = new Set<Waiter>();
  readonly #requestLog = new RequestLog();
  #puts = 0;
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
    this.#metricFilters = new MetricFilters(this.#store);
    this.#queries = new Queries(now);
    this.#subscriptionFilters = new SubscriptionFilters(this.#store, positionDigits, (delivery) =>
      this.emit('subscription', delivery),
    );
    const service = new Service({
      context: this.#context(),
      faults: this.faults,
      credentials: this.#options.credentials,
      region: this.#options.region,
      accountId: this.#options.accountId,
      seed,
      onRequest: (operation) => this.#requests.add(operation),
      onFault: ({ kind }) => {
        this.#faultCounts.add(kind);
        // A request that is held has no outcome yet that would have the waiters look again.
        if (kind === 'latency' || kind === 'slow-read') this.#reevaluate();
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
    const { host } = this.#options;
    const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
    return `http://${name.includes(':') ? `[${name}]` : name}:${this.port}`;
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
  events({ logGroupName, logStreamName }: { logGroupName: string; logStreamName?: string }): StoredEvent[] {
    const group = this.#account(logGroupName).groups.get(logGroupName);
    if (group === undefined) return [];
    if (logStreamName !== undefined && !group.streams.has(logStreamName)) return [];
    const streams = logStreamName === undefined ? group.streams.values() : [group.stream(logStreamName)];
    this.#store.expire(group);
    const from = at(group.keptSince(this.#options.now()));
    return readAll(streams, { from, to: END, forward: true }).map((event) => ({
      timestamp: event.timestamp,
      message: event.message,
      ingestionTime: event.ingestionTime,
      logStreamName: event.logStreamName,
    }));
  }

  /**
   * The messages of a group, or of one stream of it, in the order of `events`; those that are JSON parsed, the others as
   * the text that they are.
   */
  messages<Message = unknown>(logGroupName: string, logStreamName?: string): Message[] {
    const events = this.events({ logGroupName, ...(logStreamName !== undefined && { logStreamName }) });
    return events.map(({ message }) => parsed(message) as Message);
  }

  /** All log groups of all Regions and accounts, sorted by name. */
  groups(): StoredGroup[] {
    const groups = this.#groups().sort((a, b) => (a.name < b.name ? -1 : 1));
    return groups.map((group) => ({
      logGroupName: group.name,
      arn: group.arn,
      tags: Object.fromEntries(group.tags),
      logGroupClass: group.logGroupClass,
      deletionProtectionEnabled: group.deletionProtectionEnabled,
      streams: [...group.streams.keys()].sort(),
      ...(group.retentionInDays !== undefined && { retentionInDays: group.retentionInDays }),
      ...(group.kmsKeyId !== undefined && { kmsKeyId: group.kmsKeyId }),
    }));
  }

  /** The last 1,000 requests, or those of them with a number greater than `since`, oldest first. */
  requests({ since = 0 }: { readonly since?: number } = {}): readonly RequestRecord[] {
    return this.#requestLog.since(since);
  }

  /** What was seen so far and what is stored now. A copy. */
  stats(): LocalStats {
    for (const group of this.#groups()) this.#store.expire(group);
    const { bytes, events, evicted } = this.#store;
    return {
      requests: this.#requests.toObject(),
      errors: this.#errors.toObject(),
      faults: this.#faultCounts.toObject(),
      puts: this.#puts,
      events,
      bytes,
      evicted,
    };
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
    const {
      accessKeyId = 'local',
      secretAccessKey = 'local',
      sessionToken,
    } = this.#options.credentials ?? {};
    return {
      endpoint: this.endpoint,
      region: this.#options.region,
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
      disableHostPrefix: true,
    };
  }

  /** Environment variables that make the AWS SDKs of every language and the AWS CLI talk to this endpoint. */
  environment(): Record<string, string> {
    const { endpoint, region, credentials } = this.clientConfig();
    return {
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: endpoint,
      // The AWS CLI reads AWS_DEFAULT_REGION, the SDKs AWS_REGION.
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ...(credentials.sessionToken !== undefined && { AWS_SESSION_TOKEN: credentials.sessionToken }),
      AWS_DISABLE_HOST_PREFIX_INJECTION: 'true',
    };
  }

  /** Milliseconds since the endpoint was made. */
  get uptimeMs(): number {
    return Math.round(performance.now() - this.#startedAt);
  }

  /**
   * Back to how it was when it was started: no groups, no counts, the faults of the options and their random numbers
   * from the start. Connections, listeners and the port stay.
   */
  reset(): void {
    this.#store.clear();
    for (const tally of [this.#requests, this.#errors, this.#faultCounts]) tally.clear();
    this.#requestLog.clear();
    this.#metricFilters.clear();
    this.#queries.clear();
    this.#puts = 0;
    this.faults.restart(seededRandom(this.seed), this.#options.faults);
    this.#reevaluate();
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
    const { accountId, region } = this.#options;
    this.#store.createGroup(this.#store.account(region, accountId), logGroupName, settings);
    this.#reevaluate();
  }

  /** @throws ServiceError ResourceNotFoundException, ResourceAlreadyExistsException */
  createLogStream(logGroupName: string, logStreamName: string): void {
    this.#store.createStream(this.#group(logGroupName), logStreamName);
    this.#reevaluate();
  }

  /** Deletes a group, whether or not it is protected. @throws ServiceError ResourceNotFoundException */
  deleteLogGroup(logGroupName: string): void {
    this.#store.deleteGroup(this.#group(logGroupName));
    this.#reevaluate();
  }

  /** Deletes a stream, whether or not its group is protected. @throws ServiceError ResourceNotFoundException */
  deleteLogStream(logGroupName: string, logStreamName: string): void {
    const group = this.#group(logGroupName);
    this.#store.deleteStream(group, group.stream(logStreamName));
    this.#reevaluate();
  }

  /**
   * Makes a stream expect another token, though nothing was put, and answers that token. What the last accepted put was
   * is not forgotten. @throws ServiceError ResourceNotFoundException
   */
  rotateToken(logGroupName: string, logStreamName: string): string {
    return this.#store.rotateToken(this.#group(logGroupName).stream(logStreamName));
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
   * @param options.forMs after how many milliseconds it ends by itself; by default it does not
   */
  async stop({ forMs }: { readonly forMs?: number } = {}): Promise<void> {
    clearTimeout(this.#restart);
    if (forMs !== undefined) {
      this.#restart = setTimeout(() => {
        // It fails only when another process has taken the port meanwhile.
        this.start().catch((error) => process.emitWarning(error));
      }, forMs);
    }
    await this.#http.stop();
  }

  /** Stops for good. May be called more than once. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restart);
    this.#subscriptionFilters.close();
    this.#queries.clear();
    for (const waiter of [...this.#waiters])
      waiter.fail(new Error('The endpoint was closed while waiting for it.'));
    await this.#http.stop();
  }

  /**
   * Waits until `condition` holds. It is evaluated at once, after every request, and when a `latency` or `slow-read` fault
   * begins to hold one; keep it cheap (`stats()` rather than `events()`).
   * @param options.timeoutMs how long to wait; 10,000 by default
   * @throws Error that tells what the endpoint has seen, when the time is over or the endpoint is closed
   */
  waitFor(
    condition: (local: this) => boolean,
    { timeoutMs = 10_000 }: { readonly timeoutMs?: number } = {},
  ): Promise<void> {
    const explain = (): string =>
      `waitFor: not so after ${timeoutMs} ms: ${condition}\nThe endpoint has seen: ${JSON.stringify(this.stats())}`;
    return this.#wait(() => condition(this), timeoutMs, explain);
  }

  #wait(condition: () => boolean, timeoutMs: number, explain: () => string): Promise<void> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const settle = (settled: () => void): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        settled();
      };
      const waiter: Waiter = {
        check: () => {
          try {
            if (condition()) settle(resolve);
          } catch (error) {
            settle(() => reject(error));
          }
        },
        fail: (error) => settle(() => reject(error)),
      };
      timer = setTimeout(() => waiter.fail(new Error(explain())), timeoutMs);
      this.#waiters.add(waiter);
      waiter.check();
    });
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
        groupNames: this.#groups().map(({ name }) => name),
        errors: this.#errors.toObject(),
        faults: this.#faultCounts.toObject(),
      });
    await this.#wait(enough, timeoutMs, explain);
    return matching;
  }

  /** Closes it at the end of the scope of an `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #groups(): LogGroup[] {
    return [...this.#store.accounts()].flatMap(({ groups }) => [...groups.values()]);
  }

  /** The account of the options, unless only another has a group of this name. */
  #account(logGroupName: string): Account {
    const { accountId, region } = this.#options;
    const own = this.#store.account(region, accountId);
    if (own.groups.has(logGroupName)) return own;
    return [...this.#store.accounts()].find(({ groups }) => groups.has(logGroupName)) ?? own;
  }

  #group(logGroupName: string): LogGroup {
    return this.#account(logGroupName).group(logGroupName);
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
        this.#puts += 1;
        this.emit('put', put);
      },
      onStream: (logGroupName, logStreamName) => this.emit('stream', { logGroupName, logStreamName }),
    };
  }

  #settled(outcome: Outcome, exchange: Exchange): void {
    if (outcome.error !== undefined) this.#errors.add(outcome.error);
    const record = recordOf(this.#requestLog.newest + 1, outcome, exchange);
    this.#requestLog.add(record);
    this.emit('request', record);
    this.#reevaluate();
  }

  #reevaluate(): void {
    for (const waiter of [...this.#waiters]) waiter.check();
  }
}

function parsed(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return message;
  }
}

function warnAboutEviction(maxBytes: number): void {
  process.emitWarning(
    `cloudwatch-logs-local holds ${maxBytes} bytes of events, its maxBytes: from here on the oldest are dropped.`,
    { code: 'CLOUDWATCH_LOGS_LOCAL_EVICTION' },
  );
}
