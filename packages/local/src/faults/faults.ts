import {
  checkFault,
  concerns,
  type Fault,
  type FaultKind,
  isDisturbance,
  type Milliseconds,
} from './fault.js';
import { awsRate, RateLimiter } from './quota.js';

/** The parts of a request that decide whether a fault happens to it. */
export interface FaultTarget {
  /** The name of the operation, such as `PutLogEvents`. */
  readonly operation: string;
  /** The Region that the request was signed for. */
  readonly region: string;
  /** The account that the request was signed for. */
  readonly accountId: string;
  /** The log group that it names. */
  readonly logGroupName: string | undefined;
  /** The log stream that it names. */
  readonly logStreamName: string | undefined;
  /** Whether the log group is there to be disturbed. */
  readonly groupExists: boolean;
  /** Whether the log stream is there to be disturbed. */
  readonly streamExists: boolean;
}

/** A fault that happens to a request. */
export interface DrawnFault {
  /** The fault as it was given. */
  readonly fault: Fault;
  /** The `ms` of the fault, drawn if it is a range. */
  readonly ms: number | undefined;
}

/** Narrows what is done to the faults that were set for one account. */
interface OneAccount {
  /** The account whose faults are meant. @default the faults of all accounts */
  readonly accountId?: string | undefined;
}

/** A fault that is set, and how often it has happened. */
export interface SetFault {
  /** The fault as it was given. */
  readonly fault: Fault;
  /** How often it has happened. */
  readonly happened: number;
}

interface Plan {
  readonly fault: Fault;
  readonly rate: RateLimiter;
  skipped: number;
  happened: number;
}

/** The faults of an endpoint. */
export class Faults {
  #plans: Plan[] = [];
  #random: () => number;
  readonly #now: () => number;

  constructor(random: () => number, now: () => number, faults: readonly Fault[]) {
    this.#random = random;
    this.#now = now;
    this.set(faults);
  }

  /** The faults in order, or those of one account, each with how often it has happened. A copy. */
  list({ accountId }: OneAccount = {}): readonly SetFault[] {
    return this.#plans
      .filter(({ fault }) => accountId === undefined || fault.accountId === accountId)
      .map(({ fault, happened }) => ({ fault, happened }));
  }

  /** Begins anew with these faults and random numbers. @throws TypeError when one is not a fault */
  restart(random: () => number, faults: readonly Fault[]): void {
    this.#random = random;
    this.set(faults);
  }

  /** Replaces all faults, or with `accountId` those of one account. @throws TypeError when one is not a fault */
  set(faults: readonly Fault[], { accountId }: OneAccount = {}): void {
    if (!Array.isArray(faults))
      throw new TypeError(`faults must be an array of faults, got ${typeof faults}`);
    for (const fault of faults) checkFault(fault);
    if (accountId === undefined) {
      this.#plans = faults.map(plan);
      return;
    }
    this.clear({ accountId });
    for (const fault of faults) this.add({ ...fault, accountId });
  }

  /** Adds a fault after those that are there. @throws TypeError when it is not a fault */
  add(fault: Fault): void {
    checkFault(fault);
    this.#plans.push(plan(fault));
  }

  /** From now on nothing goes wrong, or with `accountId` nothing that was meant for this account alone. */
  clear({ accountId }: OneAccount = {}): void {
    this.#plans = this.#plans.filter(({ fault }) => accountId !== undefined && fault.accountId !== accountId);
  }

  /**
   * The faults that happen to a request, in the order in which they were set: any number of disturbances, then at most
   * one fault that takes the answer. Those that stand behind that one are not drawn.
   */
  draw(target: FaultTarget): readonly DrawnFault[] {
    if (this.#plans.length === 0) return [];
    const drawn: DrawnFault[] = [];
    for (const plan of this.#plans) {
      const { fault } = plan;
      if (fault.kind === 'slow-read' || !matches(fault, target) || !this.#happens(plan, target)) continue;
      drawn.push({ fault, ms: this.#drawMs(fault.ms) });
      if (!isDisturbance(fault.kind)) break;
    }
    return drawn;
  }

  /** The `slow-read` that happens to a request of whose body nothing is known yet. */
  drawSlowRead(target: Pick<FaultTarget, 'operation' | 'region' | 'accountId'>): Fault | undefined {
    const drawn = this.#plans.find(
      (plan) =>
        plan.fault.kind === 'slow-read' &&
        concerns(plan.fault, target.operation) &&
        isOfAccount(plan.fault, target) &&
        this.#happens(plan, target),
    );
    return drawn?.fault;
  }

  #happens(
    plan: Plan,
    { operation, region, accountId }: Pick<FaultTarget, 'operation' | 'region' | 'accountId'>,
  ): boolean {
    const { after = 0, kind, probability = 1, requestsPerSecond, times } = plan.fault;
    if (plan.happened >= (times ?? Number.POSITIVE_INFINITY)) return false;
    if (plan.skipped < after) {
      plan.skipped += 1;
      return false;
    }
    if (probability < 1 && this.#random() >= probability) return false;
    if (kind === 'quota') {
      const perSecond = requestsPerSecond ?? awsRate(operation, region);
      if (plan.rate.grant(`${region} ${accountId} ${operation}`, perSecond, this.#now())) return false;
    }
    plan.happened += 1;
    return true;
  }

  #drawMs(ms: Milliseconds | undefined): number | undefined {
    if (ms === undefined || typeof ms === 'number') return ms;
    const [from, to] = ms;
    return from + this.#random() * (to - from);
  }
}

function plan(fault: Fault): Plan {
  return { fault, rate: new RateLimiter(), skipped: 0, happened: 0 };
}

function matches(fault: Fault, target: FaultTarget): boolean {
  const { logGroupName, logStreamName } = fault;
  return (
    concerns(fault, target.operation) &&
    isOfAccount(fault, target) &&
    (logGroupName === undefined || logGroupName === target.logGroupName) &&
    (logStreamName === undefined || logStreamName === target.logStreamName) &&
    isThereToDisturb(fault.kind, target)
  );
}

function isOfAccount(fault: Fault, { accountId }: Pick<FaultTarget, 'accountId'>): boolean {
  return fault.accountId === undefined || fault.accountId === accountId;
}

/** A fault that needs a group or a stream waits for a request that has one, instead of being used up before. */
function isThereToDisturb(kind: FaultKind, target: FaultTarget): boolean {
  switch (kind) {
    case 'delete-group':
      return target.groupExists;
    case 'delete-stream':
    case 'rival':
    case 'invalidate-token':
      return target.streamExists;
    default:
      return true;
  }
}
