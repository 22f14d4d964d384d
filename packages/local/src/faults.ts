import { checkFault, type Fault, type FaultKind, isDisturbance } from './fault.js';

/** What of a request decides whether a fault happens to it. */
export interface FaultTarget {
  readonly operation: string;
  readonly logGroupName: string | undefined;
  readonly logStreamName: string | undefined;
  /** Whether the log group, and in it the log stream, is there to be disturbed. */
  readonly groupExists: boolean;
  readonly streamExists: boolean;
}

interface Plan {
  readonly fault: Fault;
  skipped: number;
  happened: number;
}

/** The faults of an endpoint. */
export class Faults {
  #plans: Plan[] = [];
  #random: () => number;

  constructor(random: () => number, faults: readonly Fault[]) {
    this.#random = random;
    this.set(faults);
  }

  /** What was set, in order, each with how often it has happened. A copy. */
  list(): readonly { readonly fault: Fault; readonly happened: number }[] {
    return this.#plans.map(({ fault, happened }) => ({ fault, happened }));
  }

  /** Begins anew with these faults and random numbers. @throws TypeError when one is not a fault */
  restart(random: () => number, faults: readonly Fault[]): void {
    this.#random = random;
    this.set(faults);
  }

  /** Replaces all faults. @throws TypeError when one is not a fault */
  set(faults: readonly Fault[]): void {
    if (!Array.isArray(faults))
      throw new TypeError(`faults must be an array of faults, got ${typeof faults}`);
    for (const fault of faults) checkFault(fault);
    this.#plans = faults.map((fault) => ({ fault, skipped: 0, happened: 0 }));
  }

  /** Adds a fault after those that are there. @throws TypeError when it is not a fault */
  add(fault: Fault): void {
    checkFault(fault);
    this.#plans.push({ fault, skipped: 0, happened: 0 });
  }

  /** From now on nothing goes wrong. */
  clear(): void {
    this.#plans = [];
  }

  /**
   * The faults that happen to a request, in the order in which they were set: any number of disturbances, then at most
   * one fault that takes the answer. Those that stand behind that one are not drawn.
   */
  draw(target: FaultTarget): readonly Fault[] {
    if (this.#plans.length === 0) return [];
    const drawn: Fault[] = [];
    for (const plan of this.#plans) {
      const { fault } = plan;
      if (!matches(fault, target) || plan.happened >= (fault.times ?? Number.POSITIVE_INFINITY)) continue;
      if (plan.skipped < (fault.after ?? 0)) {
        plan.skipped += 1;
        continue;
      }
      const { probability = 1 } = fault;
      if (probability < 1 && this.#random() >= probability) continue;
      plan.happened += 1;
      drawn.push(fault);
      if (!isDisturbance(fault.kind)) break;
    }
    return drawn;
  }
}

function matches(fault: Fault, target: FaultTarget): boolean {
  const { operation = 'PutLogEvents', logGroupName, logStreamName } = fault;
  return (
    (operation === '*' || operation === target.operation) &&
    (logGroupName === undefined || logGroupName === target.logGroupName) &&
    (logStreamName === undefined || logStreamName === target.logStreamName) &&
    isThereToDisturb(fault.kind, target)
  );
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
