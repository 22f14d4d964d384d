import type { Fault } from '../state/wire.ts';

/** Something that goes wrong in production, as faults. */
export interface Scenario {
  readonly name: string;
  readonly what: string;
  readonly faults: (share: number) => readonly Fault[];
  /** The share of requests that it happens to at first; 1 where only all make sense. */
  readonly share: number;
}

const share = (probability: number): { probability?: number } => (probability < 1 ? { probability } : {});

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'Throttling',
    what: 'ThrottlingException, as when an account is over its rate.',
    share: 0.5,
    faults: (probability) => [{ kind: 'throttle', ...share(probability) }],
  },
  {
    name: 'Outage',
    what: '503 for every operation.',
    share: 1,
    faults: (probability) => [{ kind: 'unavailable', operation: '*', ...share(probability) }],
  },
  {
    name: 'Lost answers',
    what: 'The put is stored, and the connection breaks before the answer: the client cannot know.',
    share: 0.3,
    faults: (probability) => [{ kind: 'reset-after', ...share(probability) }],
  },
  {
    name: 'Silence',
    what: 'Requests get no answer at all.',
    share: 0.2,
    faults: (probability) => [{ kind: 'hang-before', ms: 60_000, ...share(probability) }],
  },
  {
    name: 'Slow network',
    what: 'Each put waits between 0.2 and 1.5 seconds.',
    share: 1,
    faults: (probability) => [{ kind: 'latency', ms: [200, 1500], ...share(probability) }],
  },
  {
    name: 'Rival producer',
    what: 'Another process puts to the same stream first and takes the sequence token.',
    share: 0.3,
    faults: (probability) => [{ kind: 'rival', ...share(probability) }],
  },
  {
    name: 'Deleted stream',
    what: 'Somebody deletes the stream just before a put.',
    share: 0.05,
    faults: (probability) => [{ kind: 'delete-stream', ...share(probability) }],
  },
  {
    name: 'No permission',
    what: 'AccessDeniedException for puts.',
    share: 1,
    faults: (probability) => [{ kind: 'access-denied', ...share(probability) }],
  },
  {
    name: 'Expired credentials',
    what: 'ExpiredTokenException for every operation.',
    share: 1,
    faults: (probability) => [{ kind: 'expired-token', operation: '*', ...share(probability) }],
  },
];

/** Whether a fault is one of the scenario, with whatever share. */
export function belongsTo(fault: Fault, scenario: Scenario): boolean {
  return scenario.faults(1).some((own) => {
    const { probability: _, ...rest } = fault;
    return JSON.stringify(sorted(rest)) === JSON.stringify(sorted(own));
  });
}

function sorted(fault: object): [string, unknown][] {
  return Object.entries(fault).sort(([a], [b]) => (a < b ? -1 : 1));
}
