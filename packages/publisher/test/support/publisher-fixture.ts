import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { PublisherStats } from '../../src/accounts/accounts.ts';
import type { FlushResult } from '../../src/accounts/flush.ts';
import type { PublisherOptions } from '../../src/options/options.ts';
import { Publisher } from '../../src/publisher.ts';
import { openSpool, type Spool, type SpoolOptions } from '../../src/spool/spool.ts';
import { settledBy } from './disk-pace.ts';
import { type ServiceOptions, SimulatedService, VirtualClock } from './simulation.ts';
import { atEnd } from './spool-fixture.ts';

export function law(stats: PublisherStats): void {
  const { received, delivered, dropped, rejected, buffered, inFlight, spooled } = stats;
  const lost = [...Object.values(dropped), ...Object.values(rejected)].reduce(
    (sum, events) => sum + events,
    0,
  );
  assert.equal(received, delivered + lost + buffered + inFlight + spooled, JSON.stringify(stats));
}

/** A publisher on virtual time, of a service with a log group `g` and a stream `s` that ignores tokens. */
export function simulated(options: object = {}, service: Partial<ServiceOptions> = {}) {
  const clock = new VirtualClock();
  const sink = new SimulatedService(clock, { tokens: 'ignored', ...service }).add('g', 's');
  const publisher = new Publisher(
    { logGroupName: 'g', logStreamName: 's', ...options },
    { clock, random: () => 0.5, sink, guardExit: false },
  );
  const publish = (message: string) => publisher.publish({ timestamp: clock.now(), message });
  return { clock, sink, publisher, publish };
}

export interface Setup {
  readonly directory: string;
  readonly clock?: VirtualClock;
  readonly sink?: SimulatedService;
  readonly service?: Partial<ServiceOptions>;
  readonly options?: Partial<PublisherOptions>;
  readonly spool?: Partial<SpoolOptions>;
  readonly mode?: 'overflow' | 'always';
  /** Sees the spool before the publisher does. */
  readonly open?: (spool: Spool) => void;
}

/** A publisher of a process that can "die": its spool belongs to an owner that is not there. `told` is what its spool calls. */
export function start(t: TestContext, setup: Setup) {
  const { directory, clock = new VirtualClock(), service, options, mode = 'overflow' } = setup;
  const sink = setup.sink ?? new SimulatedService(clock, { tokens: 'enforced', ...service }).add('g', 's');
  const warnings: string[] = [];
  let spool: Spool | undefined;
  let told: SpoolOptions | undefined;
  const publisher = new Publisher(
    { logGroupName: 'g', logStreamName: 's', spool: { directory, mode }, ...options },
    {
      clock,
      random: () => 0.5,
      sink,
      guardExit: false,
      silent: true,
      openSpool: (own) => {
        told = { ...own, ...setup.spool };
        spool = openSpool(told);
        setup.open?.(spool);
        return spool;
      },
    },
  );
  publisher.on('warn', ({ code, message }) => warnings.push(`${code}: ${message}`));
  atEnd(t, () => settledBy(clock, publisher.close({ timeoutMs: 0 })));
  const publish = (message: string, timestamp = clock.now()) => publisher.publish({ timestamp, message });
  assert.ok(spool && told);
  return { clock, sink, publisher, publish, warnings, spool, told };
}

/** A flush that waits as long as the disk needs, however far the virtual time gets meanwhile. */
export function drained(clock: VirtualClock, publisher: Publisher): Promise<FlushResult> {
  return settledBy(clock, publisher.flush({ timeoutMs: 1e12 }), () => JSON.stringify(publisher.stats()));
}

/** A line of a kilobyte that says which it is. */
export const line = (n: number): string => `event ${n} ${'.'.repeat(1000)}`;
export const numbers = (events: readonly { message: string }[]): number[] =>
  events.map(({ message }) => Number(message.split(' ')[1]));
export const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index);

/** Resolves when something has become true by real input and output. */
export async function until(isTrue: () => boolean): Promise<void> {
  for (const end = Date.now() + 30_000; !isTrue(); ) {
    if (Date.now() > end) throw new Error('what the test waits for did not happen');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
