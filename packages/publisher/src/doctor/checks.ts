import { quote } from '../accounts/advice.js';
import { judgeFailure } from '../cloudwatch/outcome.js';
import { toPutFailure } from '../cloudwatch/sdk-failure.js';
import type { PutFailure } from '../cloudwatch/sink.js';
import { forPeople } from '../text/for-people.js';

/** The steps on the way of a log event, in the order in which they are looked at. */
export type CheckName =
  | 'options'
  | 'client'
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
export type Finding = Omit<Check, 'check' | 'durationMs'>;

/** Runs one check after the other and tells each as it ends. None takes longer than a request may. */
export class Checks {
  readonly all: Check[] = [];
  readonly timeoutMs: number;
  readonly #onCheck: ((check: Check) => void) | undefined;

  constructor(timeoutMs: number, onCheck: ((check: Check) => void) | undefined) {
    this.timeoutMs = timeoutMs;
    this.#onCheck = onCheck;
  }

  /**
   * Runs one check. An error that it throws is its failure.
   *
   * @returns the value that the check kept, unless it failed
   */
  async run<T>(
    check: CheckName,
    look: (keep: (value: T) => T) => Finding | Promise<Finding>,
  ): Promise<T | undefined> {
    const startedAt = performance.now();
    let kept: T | undefined;
    let finding: Finding;
    try {
      finding = await look((value) => {
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

  skip(check: CheckName, message: string): void {
    this.#tell({ check, status: 'skip', message, durationMs: 0 });
  }

  signal(): AbortSignal {
    return AbortSignal.timeout(this.timeoutMs);
  }

  /** Bounds a promise of the SDK, whose provider of credentials or Region may never answer. */
  soon<T>(promise: Promise<T>): Promise<T> {
    return orAbort(promise, this.signal());
  }

  #tell(check: Check): void {
    this.all.push(check);
    this.#onCheck?.(check);
  }
}

/** For promises of what heeds no signal. */
export function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
}

/** The meaning of a failure, and the advice for it. */
export function explain(subject: string, failure: PutFailure): string {
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
