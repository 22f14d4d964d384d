import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type LocalCloudWatchLogs, startLocal } from 'cloudwatch-logs-local';
import type { PublisherOptions } from 'cloudwatch-logs-publisher';
import { logGroupName, optionsFor } from '../fixtures/endpoint.js';
import { numbered, numbersIn } from '../fixtures/numbered.js';
import { SHIPPERS, type Shipper } from '../fixtures/shippers.js';
import type { Observed, Sample } from './checker.js';
import { nextFault, randomOf, type Scenario } from './scenario.js';

const TICK_MS = 20;
const SAMPLE_EVERY = 5;
const FAULT_EVERY = 15;

/** Fit for a worker. */
type SoakOptions = PublisherOptions & { readonly logStreamName: string };

/** How long things take. */
interface Times {
  /** For which it logs, and things go wrong. */
  readonly faultyMs: number;
  /** For which nothing at all gets through, in the midst of that. @default 0 */
  readonly outageMs?: number;
  /** Nothing goes wrong. @default false */
  readonly isWell?: boolean;
}

/**
 * Logs while things go wrong, lets the logger end on an endpoint that is well again, and tells what was seen.
 *
 * @param startShipper another way to log than the one of the scenario
 */
export async function observe(
  scenario: Scenario,
  { faultyMs, outageMs = 0, isWell = false }: Times,
  startShipper: (options: SoakOptions) => Shipper = SHIPPERS[scenario.shipper],
): Promise<Observed> {
  const { seed, sequenceTokens, streams } = scenario;
  const random = randomOf(seed + 1);
  const local = await startLocal({ sequenceTokens, seed });
  const directory = mkdtempSync(path.join(os.tmpdir(), 'soak-'));
  const logged = new Map<string, number[]>();
  const samples: Sample[] = [];
  const warnings: { code: Observed['warnings'][number]['code']; at: number }[] = [];
  try {
    const shipper = startShipper(optionsOf(scenario, local, directory));
    const look = async () => {
      samples.push({ stats: await shipper.stats(), at: performance.now() });
      for (const { code } of shipper.warnings.slice(warnings.length))
        warnings.push({ code, at: performance.now() });
    };
    let number = 0;
    let outageUntil = 0;
    const startedAt = performance.now();
    for (let tick = 0; performance.now() < startedAt + faultyMs + outageMs; tick++) {
      const burst = Math.floor(random() * (random() < 0.05 ? 400 : 20));
      for (let i = 0; i < burst; i++) {
        const stream = `soak-${Math.floor(random() * streams)}`;
        shipper.log(`${numbered(++number)} ${'.'.repeat(Math.floor(random() * 300))}`, 'info', {
          fields: { s: stream },
        });
        logged.set(stream, [...(logged.get(stream) ?? []), number]);
      }
      if (outageMs > 0 && outageUntil === 0 && performance.now() > startedAt + faultyMs / 2) {
        outageUntil = performance.now() + outageMs;
        const kind = (['hang-before', 'unavailable', 'throttle', 'reset-before', 'access-denied'] as const)[
          Math.floor(random() * 5)
        ];
        local.faults.set([{ kind, operation: '*' }]);
      } else if (!isWell && tick % FAULT_EVERY === 0 && performance.now() > outageUntil) {
        local.faults.set([nextFault(random), ...(random() < 0.3 ? [nextFault(random)] : [])]);
      }
      if (tick % SAMPLE_EVERY === 0) await look();
      await wait(TICK_MS);
    }
    local.faults.set([]);
    let isOver = false;
    const through = (scenario.endsBy === 'close' ? shipper.close() : flushAll(shipper)).then(() => {
      isOver = true;
    });
    do {
      await look();
      await Promise.race([through, wait(TICK_MS * SAMPLE_EVERY)]);
    } while (!isOver);
    await look();
    await shipper.close();
    return { logged, stored: storedIn(local), samples, warnings };
  } finally {
    await local.close();
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Flushes until nothing is left: what waits on the slow schedule is not hurried. */
async function flushAll(shipper: Shipper): Promise<void> {
  for (let tries = 0; tries < 30; tries++) {
    const { pending } = await shipper.flush(5000);
    if (pending === 0) return;
  }
}

function optionsOf(scenario: Scenario, local: LocalCloudWatchLogs, directory: string): SoakOptions {
  const { spool, maxInFlight, gzip, smallBuffer } = scenario;
  return {
    ...optionsFor(local),
    logStreamName: '{field:s}',
    flushIntervalMs: 50,
    maxBatchEvents: 200,
    maxInFlight,
    gzip,
    requestTimeoutMs: 1000,
    closeTimeoutMs: 60_000,
    ...(smallBuffer && { maxBufferBytes: 65_536, maxBatchBytes: 16_384, maxEventBytes: 16_384 }),
    ...(spool && { spool: { directory, mode: spool } }),
  };
}

function storedIn(local: LocalCloudWatchLogs): Observed['stored'] {
  const stored = new Map<string, number[]>();
  for (const { logStreamName, message } of local.events({ logGroupName })) {
    const numbers = stored.get(logStreamName) ?? [];
    numbers.push(...numbersIn([message]));
    stored.set(logStreamName, numbers);
  }
  return stored;
}
