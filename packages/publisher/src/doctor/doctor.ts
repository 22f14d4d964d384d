import { randomBytes } from 'node:crypto';
import os from 'node:os';
import { quote } from '../accounts/advice.js';
import {
  type ClientRoute,
  credentialsOf,
  type FoundCredentials,
  regionOf,
  routeOf,
} from '../cloudwatch/client-route.js';
import { judgeFailure } from '../cloudwatch/outcome.js';
import { connectThrough } from '../cloudwatch/proxy.js';
import { toPutFailure } from '../cloudwatch/sdk-failure.js';
import { CloudWatchLogsSink } from '../cloudwatch/sdk-sink.js';
import type { Target } from '../cloudwatch/sink.js';
import { compileGroupName } from '../options/group-name.js';
import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS } from '../options/limits.js';
import type { PublisherOptions } from '../options/options.js';
import { type ResolvedOptions, resolveOptions } from '../options/resolve-options.js';
import { compileStreamName } from '../options/stream-name.js';
import { forPeople } from '../text/for-people.js';
import { connect, isPrivate, lookUp, secure } from './connection.js';
import { callerIdentity, type Identity, stsEndpoint } from './identity.js';
import { missingStatement, type PolicyStatement } from './policy.js';
import { isDenied, type Trial, trialPut } from './trial-put.js';

/** The steps on the way of a log event, in the order in which they are looked at. */
export type CheckName =
  | 'options'
  | 'region'
  | 'credentials'
  | 'proxy'
  | 'dns'
  | 'tcp'
  | 'tls'
  | 'clock'
  | 'identity'
  | 'put'
  | 'throughput';

/** One thing that was looked at, and what was found. */
export interface Check {
  /** The step. */
  readonly check: CheckName;
  /** `warn` lets logs arrive; `fail` does not; `skip` was not looked at, and `message` says why. */
  readonly status: 'ok' | 'warn' | 'fail' | 'skip';
  /** For people, in one line: what was found, and what to do. Holds no secret. */
  readonly message: string;
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
  /** The same for programs. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The finding of a check; its name and its time are added where it is run. */
type Finding = Omit<Check, 'check' | 'durationMs'>;

/** The result of {@link doctor}. */
export interface DoctorReport {
  /** Whether logs arrive: no check failed. */
  readonly ok: boolean;
  /** Each step with its finding, in the order in which they ended. */
  readonly checks: readonly Check[];
  /** The statement of an IAM policy to add, where permissions are missing. */
  readonly policy: PolicyStatement | undefined;
}

/** Settings of {@link doctor} besides the options of the publisher. */
export interface DoctorSettings {
  /** Called for each check as it ends. */
  readonly onCheck?: ((check: Check) => void) | undefined;
  /** Variables of the environment. @default process.env */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** A clock that is further off than that is told. AWS refuses signatures that are 5 minutes off. */
const CLOCK_OFF_MS = 5_000;
const SIGNATURE_LIMIT_MS = 5 * 60_000;
/** CloudWatch Logs stores nothing that is 2 hours ahead, or 14 days old. */
const AHEAD_LIMIT_MS = 2 * 3_600_000;
const BEHIND_LIMIT_MS = 14 * 24 * 3_600_000;

/**
 * Looks at everything on the way of a log event into CloudWatch Logs, in order, and stores one event. Takes the options of a
 * publisher, and does what such a publisher would do; each request may take `requestTimeoutMs`.
 *
 * @throws PublisherError when an option is wrong; all else is in the report
 */
export async function doctor(
  options: PublisherOptions,
  settings: DoctorSettings = {},
): Promise<DoctorReport> {
  return new Examination(resolveOptions(options), settings).run();
}

class Examination {
  readonly #options: ResolvedOptions;
  readonly #env: NodeJS.ProcessEnv;
  readonly #onCheck: ((check: Check) => void) | undefined;
  readonly #sink: CloudWatchLogsSink;
  readonly #checks: Check[] = [];
  #clockOffsetMs = 0;
  #policy: PolicyStatement | undefined;

  constructor(options: ResolvedOptions, { onCheck, env = process.env }: DoctorSettings) {
    this.#options = options;
    this.#env = env;
    this.#onCheck = onCheck;
    this.#sink = new CloudWatchLogsSink(options);
  }

  async run(): Promise<DoctorReport> {
    // Sockets of the publisher let a process end; this one is to wait for answers.
    const holdsProcess = setInterval(() => {}, 2 ** 30);
    try {
      await this.#examine();
    } finally {
      clearInterval(holdsProcess);
      this.#sink.close();
    }
    const ok = this.#checks.every(({ status }) => status !== 'fail');
    return { ok, checks: this.#checks, policy: this.#policy };
  }

  async #examine(): Promise<void> {
    if (!this.#options.enabled) {
      await this.#check('options', () => {
        const message =
          'logs are switched off, by CLOUDWATCH_LOGS_DISABLED or "enabled": nothing would be sent';
        return { status: 'fail', message };
      });
    }
    const region = await this.#region();
    const found = await this.#credentials();
    const route = region === undefined ? undefined : await this.#connection();
    const identity = region && found && route ? await this.#identity(region, found, route) : undefined;
    if (!region || !found || !route) {
      this.#skip('put', 'not tried, because of the failure above');
      return;
    }
    await this.#put(region, identity);
  }

  async #region(): Promise<string | undefined> {
    return this.#check('region', async (keep) => {
      const client = await this.#soon(this.#sink.client());
      const region = keep(await this.#soon(regionOf(client)));
      return { status: 'ok', message: region, details: { region } };
    });
  }

  async #credentials(): Promise<FoundCredentials | undefined> {
    return this.#check('credentials', async (keep) => {
      const found = keep(await this.#soon(credentialsOf(await this.#sink.client())));
      const { keys, expiration, source } = found;
      const key = `access key ...${keys.accessKeyId.slice(-4)}`;
      const details = { source, expiration: expiration?.toJSON() };
      if (expiration && expiration.getTime() < Date.now()) {
        const message = `${key} has expired at ${expiration.toJSON()}; renew it`;
        return { status: 'fail', message, details };
      }
      const until = expiration ? `, valid until ${expiration.toJSON()}` : '';
      return { status: 'ok', message: `${key}${source ? ` from ${source}` : ''}${until}`, details };
    });
  }

  /** From the name to an encrypted connection. */
  async #connection(): Promise<ClientRoute | undefined> {
    const route = await this.#proxy();
    if (!route) return undefined;
    const { url, proxy } = route;
    if (!proxy && !route.isPlain) {
      this.#skip('dns', `the client has an agent of its own kind (${route.agentClass}), which finds the way`);
      return (await this.#clock(route)) ? route : undefined;
    }
    const first = proxy ?? url;
    const isReached = await this.#check<readonly string[]>('dns', async (keep) => {
      const addresses = keep(await lookUp(first.hostname.replace(/^\[|\]$/g, ''), this.#signal()));
      const kind = addresses.every(isPrivate) ? ' (private: a VPC endpoint, a proxy or this machine)' : '';
      const message = `${first.hostname} is ${addresses.slice(0, 4).join(', ')}${kind}`;
      return { status: 'ok', message, details: { hostname: first.hostname, addresses } };
    });
    const tcp = isReached && (await this.#tcp(route, first));
    if (!tcp || (url.protocol === 'https:' && !(await this.#tls(route)))) return undefined;
    return (await this.#clock(route)) ? route : undefined;
  }

  async #proxy(): Promise<ClientRoute | undefined> {
    return this.#check('proxy', async (keep) => {
      const route = keep(await this.#soon(this.#sink.client().then(routeOf)));
      const { proxy, url } = route;
      const { HTTPS_PROXY, https_proxy } = this.#env;
      const endpoint = url.href.replace(/\/$/, '');
      if (proxy) {
        const message = `requests to ${endpoint} go through ${proxy.host}`;
        return { status: 'ok', message, details: { endpoint, proxy: proxy.host } };
      }
      const isNamed = url.protocol === 'https:' && (HTTPS_PROXY || https_proxy);
      if (isNamed && route.followsEnvironment) {
        const message = `none: NO_PROXY names the host; requests go to ${endpoint}`;
        return { status: 'ok', message, details: { endpoint } };
      }
      if (isNamed && route.isPlain) {
        const message =
          `none, although HTTPS_PROXY is set: requests to ${endpoint} do not look at it, because the options bring ` +
          'a client or an agent of their own. Name the proxy there, if there is no other way';
        return { status: 'warn', message, details: { endpoint } };
      }
      return { status: 'ok', message: `none; requests go to ${endpoint}`, details: { endpoint } };
    });
  }

  async #tcp({ proxy }: ClientRoute, to: URL): Promise<true | undefined> {
    return this.#check('tcp', async (keep) => {
      const socket = await connect(to, this.#signal());
      const { remoteAddress, remotePort } = socket;
      socket.destroy();
      keep(true);
      return {
        status: 'ok',
        message: `connected to ${proxy ? 'the proxy at ' : ''}${remoteAddress} port ${remotePort}`,
      };
    });
  }

  async #tls({ url, proxy, agent }: ClientRoute): Promise<true | undefined> {
    return this.#check('tls', async (keep) => {
      const signal = this.#signal();
      const socket = proxy ? await connectThrough(proxy, url, signal) : await connect(url, signal);
      const encrypted = await secure(socket, url, agent, signal);
      const [protocol, certificate] = [encrypted.getProtocol(), encrypted.getPeerCertificate()];
      encrypted.destroy();
      keep(true);
      const issuer = certificate.issuer?.O ?? certificate.issuer?.CN;
      const message = `${protocol}, certificate of ${certificate.subject?.CN} from ${issuer}, valid until ${certificate.valid_to}`;
      return { status: 'ok', message, details: { protocol, issuer, validTo: certificate.valid_to } };
    });
  }

  /** Sent without a signature: the answer is an error, and tells the time. @returns whether there was an answer */
  async #clock(route: ClientRoute): Promise<true | undefined> {
    return this.#check('clock', async (keep) => {
      const startedAt = Date.now();
      const headers = {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'Logs_20140328.PutLogEvents',
      };
      const answer = await route.send(
        { url: route.url, headers, body: '{}' },
        this.#options.requestTimeoutMs,
      );
      keep(true);
      const middle = (startedAt + Date.now()) / 2;
      const told = Date.parse(answer.headers.date ?? '');
      if (Number.isNaN(told)) return { status: 'warn', message: 'the answer tells no time' };
      // The header has whole seconds, cut off.
      const offsetMs = Math.round(told + 500 - middle);
      this.#clockOffsetMs = Math.abs(offsetMs) > CLOCK_OFF_MS ? offsetMs : 0;
      return clockFinding(offsetMs);
    });
  }

  async #identity(
    region: string,
    { keys }: FoundCredentials,
    route: ClientRoute,
  ): Promise<Identity | undefined> {
    const url = stsEndpoint(region, route.isAws, this.#env);
    if (!url) {
      this.#skip(
        'identity',
        "not asked, because the endpoint is not AWS's; AWS_ENDPOINT_URL_STS would name one",
      );
      return undefined;
    }
    return this.#check('identity', async (keep) => {
      try {
        const scope = { credentials: keys, region };
        const { requestTimeoutMs } = this.#options;
        const identity = keep(await callerIdentity(route, url, scope, this.#clockOffsetMs, requestTimeoutMs));
        return {
          status: 'ok',
          message: `${identity.arn}, account ${identity.account}`,
          details: { ...identity },
        };
      } catch (error) {
        const failure = toPutFailure(error);
        // A subnet may reach CloudWatch Logs and not STS, and nothing but this check asks it.
        const message = `STS does not say who this is (${quote(failure)}); logs do not need it`;
        return { status: 'warn', message, details: { error: failure.name } };
      }
    });
  }

  async #put(region: string, identity: Identity | undefined): Promise<void> {
    const target = this.#target();
    const trial = await this.#check<Trial>('put', async (keep) => {
      const done = keep(await trialPut(this.#sink, target, this.#options));
      const where = `log stream "${target.logStreamName}" of log group "${target.logGroupName}"`;
      const { failure, created, retention } = done;
      const { entity } = this.#options;
      const details = { ...target, created, latencyMs: done.latencyMs, ...(entity && { entity }) };
      const denied = failure && isDenied(failure.failure) ? failure.failure : undefined;
      if (denied || (retention && isDenied(retention))) {
        const account = identity?.account ?? accountIn(denied ?? retention);
        const place = { region, account, logGroupName: target.logGroupName };
        this.#policy = missingStatement(this.#options, done.allowed, place);
      }
      if (failure) {
        const message = `${failure.action} on ${where}: ${explain(failure.action, failure.failure)}`;
        return {
          status: 'fail',
          message,
          details: { ...details, action: failure.action, error: failure.failure.name },
        };
      }
      const made = created.length > 0 ? `, created the ${created.join(' and the ')}` : '';
      const named = entity?.keyAttributes?.Name;
      const stored = `one event stored in ${where}${named === undefined ? '' : `, of the entity "${named}"`}${made}`;
      if (retention) {
        const message = `${stored}; its retention could not be set (${quote(retention)})`;
        return { status: 'warn', message, details };
      }
      return { status: 'ok', message: stored, details };
    });
    if (trial?.latencyMs !== undefined) await this.#throughput(trial.latencyMs);
  }

  async #throughput(latencyMs: number): Promise<void> {
    await this.#check('throughput', () => {
      const { maxRequests } = this.#options;
      const putsPerSecond = 1000 / Math.max(1, latencyMs);
      const events = Math.floor(putsPerSecond * MAX_BATCH_EVENTS);
      const mebibytes = (putsPerSecond * MAX_BATCH_BYTES) / 1024 ** 2;
      const message =
        `a put takes ${latencyMs.toFixed(0)} ms: one put at a time could store ${events.toLocaleString('en')} events or ` +
        `${mebibytes.toFixed(1)} MiB a second, ${maxRequests} at a time (maxRequests) ${maxRequests} times as much; ` +
        'the time to send the bytes comes on top';
      return { status: 'ok', message, details: { latencyMs, putsPerSecond, maxRequests } };
    });
  }

  /** Where an event of level info without fields goes. */
  #target(): Target {
    const { logGroupName, logStreamName } = this.#options;
    const event = { timestamp: Date.now(), message: '', level: 'info', fields: {} };
    const environment = {
      hostname: os.hostname(),
      pid: process.pid,
      instance: randomBytes(4).toString('hex'),
      env: this.#env,
    };
    return {
      logGroupName:
        typeof logGroupName === 'function'
          ? logGroupName(event)
          : compileGroupName(logGroupName, environment).nameFor(event.timestamp, event),
      logStreamName:
        typeof logStreamName === 'function'
          ? logStreamName(event)
          : compileStreamName(logStreamName, environment).nameFor(event.timestamp, event, ''),
    };
  }

  /**
   * Runs one check and tells it. What it throws is its failure.
   *
   * @returns what the check kept, unless it failed
   */
  async #check<T>(
    check: CheckName,
    run: (keep: (value: T) => T) => Finding | Promise<Finding>,
  ): Promise<T | undefined> {
    const startedAt = performance.now();
    let kept: T | undefined;
    let finding: Finding;
    try {
      finding = await run((value) => {
        kept = value;
        return value;
      });
    } catch (error) {
      const failure = toPutFailure(error);
      const message = explain(check, failure);
      finding = { status: 'fail', message, details: { error: failure.name } };
    }
    this.#tell({ check, ...finding, durationMs: Math.round(performance.now() - startedAt) });
    return finding.status === 'fail' ? undefined : kept;
  }

  #skip(check: CheckName, message: string): void {
    this.#tell({ check, status: 'skip', message, durationMs: 0 });
  }

  #tell(check: Check): void {
    this.#checks.push(check);
    this.#onCheck?.(check);
  }

  #signal(): AbortSignal {
    return AbortSignal.timeout(this.#options.requestTimeoutMs);
  }

  /** Bounds a promise of the SDK, whose provider of credentials or Region may never answer. */
  #soon<T>(promise: Promise<T>): Promise<T> {
    const signal = this.#signal();
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      promise.then(resolve, reject);
    });
  }
}

function clockFinding(offsetMs: number): Finding {
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  const details = { offsetMs };
  if (seconds * 1000 <= CLOCK_OFF_MS) {
    return { status: 'ok', message: `right, to within ${Math.max(1, seconds)} s`, details };
  }
  const off = `this machine's clock is ${seconds} s ${offsetMs > 0 ? 'behind' : 'ahead'}`;
  // The clock of a machine that is ahead gives its events times in the future.
  if (offsetMs < -AHEAD_LIMIT_MS || offsetMs > BEHIND_LIMIT_MS) {
    return {
      status: 'fail',
      message: `${off}: CloudWatch Logs stores no events of that time; set the clock`,
      details,
    };
  }
  const refused = Math.abs(offsetMs) > SIGNATURE_LIMIT_MS;
  const effect = refused
    ? 'a first request is refused until the SDK has corrected it, and events carry wrong times'
    : 'events carry wrong times';
  return { status: 'warn', message: `${off}: ${effect}; set the clock`, details };
}

/** The meaning of a failure, and the advice for it. */
function explain(subject: string, failure: ReturnType<typeof toPutFailure>): string {
  const said = quote(failure).replace(/\.$/, '');
  if (failure.name === 'ResourceNotFoundException') {
    return `${said}; create it, or turn on createLogGroup and createLogStream`;
  }
  const outcome = judgeFailure(failure);
  if (outcome.kind === 'refused') return `${said}; the request is not accepted as it is`;
  const then = {
    permission: 'allow it, see the statement below',
    credentials: 'check the credentials, the profile or the role, and the clock',
    region: 'set aws.region, --region or AWS_REGION',
    throttled: 'too many requests in this account and Region; ask for a higher quota if this lasts',
    unreachable: 'check the Region, the endpoint, the route, security groups and the proxy',
    service: 'the service, or something in between, does not answer as it should; try again later',
  }[outcome.advice];
  return `${subject === 'credentials' ? forPeople(failure.message) : said}; ${then}`;
}

/** The account that an answer names. */
function accountIn(failure: { readonly message: string } | undefined): string | undefined {
  return /arn:[\w-]+:\w+:[\w-]*:(\d{12}):/.exec(failure?.message ?? '')?.[1];
}
