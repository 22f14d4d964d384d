import { median } from './median.js';
import type { Progress } from './progress.js';
import type { CaseResult, RowResult } from './results.js';
import type { Case, Metrics, Row, Scale } from './row.js';
import { RunError, runCase } from './run-case.js';

// A contender that fails again and again may take its whole limit of time for each run.
const GIVE_UP_AFTER = 2;

export interface MeasureOptions {
  /** Runs that count. One more goes before them and does not. */
  readonly runs: number;
  readonly scale: Scale;
  /** Why the transports of others are not there to be measured. */
  readonly withoutContenders?: string;
}

interface Tally {
  readonly runs: Metrics[];
  /** What the endpoint that checks found out. */
  checked?: Metrics;
  readonly failures: string[];
  /** Runs without numbers, those that do not count included. */
  failed: number;
  skipped?: string;
}

/**
 * Measures a row. The contenders take turns, run by run, so that whatever else the machine does hits all alike;
 * the first round warms the machine up and is not counted.
 */
export async function measureRow(row: Row, options: MeasureOptions, progress: Progress): Promise<RowResult> {
  const cases = row.cases(options.scale);
  const tallies = new Map<string, Tally>(
    cases.map(({ id, needsContenders }) => {
      const skipped = needsContenders ? options.withoutContenders : undefined;
      return [id, { runs: [], failures: [], failed: 0, skipped }];
    }),
  );
  const runs = Math.min(options.runs, row.runs ?? options.runs);
  const rounds = warmsUp(row, runs) ? runs + 1 : runs;
  for (let round = 0; round < rounds; round++) {
    const isCounted = round >= rounds - runs;
    const turn = async (one: Case) => {
      const tally = tallies.get(one.id);
      if (!tally || tally.skipped !== undefined || tally.failed >= GIVE_UP_AFTER) return progress.done(one);
      progress.running(row, one, round, rounds);
      await run(one, tally, isCounted);
      progress.done(one);
    };
    if (row.together) await Promise.all(cases.map(turn));
    else for (const one of cases) await turn(one);
  }
  for (const one of cases.filter(({ isChecked }) => isChecked)) {
    const tally = tallies.get(one.id);
    if (!tally || tally.skipped !== undefined || tally.failed >= GIVE_UP_AFTER) continue;
    progress.checking(row, one);
    tally.checked = await check(one, tally);
    progress.done(one);
  }
  const scale = options.scale.isFull ? 'full' : 'short';
  return { scale, cases: cases.map((one) => resultOf(one, tallies.get(one.id))) };
}

/** Whether there is a round that does not count. */
export function warmsUp(row: Row, runs: number): boolean {
  return !row.together && runs > 1;
}

async function run(one: Case, tally: Tally, isCounted: boolean): Promise<void> {
  try {
    const outcome = await runCase(one);
    if ('skipped' in outcome) tally.skipped = outcome.skipped;
    else if (isCounted) tally.runs.push(outcome.metrics);
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    tally.failed++;
    if (isCounted || tally.failed >= GIVE_UP_AFTER) tally.failures.push(error.message);
  }
}

const FOUND_BY_CHECKING = ['events', 'lost', 'reordered', 'duplicated', 'refused', 'refusals', 'fillPercent'];

async function check(one: Case, tally: Tally): Promise<Metrics | undefined> {
  try {
    const outcome = await runCase({ ...one, endpoint: 'checking' });
    if ('skipped' in outcome) return undefined;
    return Object.fromEntries(FOUND_BY_CHECKING.map((key) => [key, outcome.metrics[key]]));
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    tally.failures.push(`against the endpoint that checks: ${error.message}`);
    return undefined;
  }
}

function resultOf(one: Case, tally: Tally | undefined): CaseResult {
  const { id, label, group, task } = one;
  const runs = tally?.runs ?? [];
  const failures = tally?.failures ?? [];
  return {
    id,
    label,
    group,
    task,
    runs,
    checked: tally?.checked,
    medians: { ...medians(runs), ...medians(tally?.checked ? [tally.checked] : []) },
    ...(failures.length > 0 && { failures }),
    ...(tally?.skipped !== undefined && { skipped: tally.skipped }),
  };
}

function medians(runs: readonly Metrics[]): Record<string, number> {
  const keys = new Set(runs.flatMap((metrics) => Object.keys(metrics)));
  const found: Record<string, number> = {};
  for (const key of keys) {
    const numbers = runs.map((metrics) => metrics[key]).filter((value) => typeof value === 'number');
    if (numbers.length > 0) found[key] = median(numbers);
  }
  return found;
}
