import { median } from './median.js';

/** What a load tells of one run. Numbers become medians; anything else is kept as the last run told it. */
export type Metrics = Readonly<Record<string, number | string | boolean | readonly string[] | undefined>>;

/** What is measured: something without which nobody can do, this project, or others. */
export type Group = 'floor' | 'ours' | 'others';

/** One contender of a row. Every run of it is a child process of its own. */
export interface Case {
  /** Unique in its row. */
  readonly id: string;
  /** As people read it in tables. */
  readonly label: string;
  readonly group: Group;
  /** File in `loads/`, without `.mjs`. */
  readonly load: string;
  /** Told to the load as JSON, together with the URL of the endpoint. */
  readonly task: Readonly<Record<string, unknown>>;
  readonly endpoint: 'reading' | 'checking' | 'otlp' | 'none';
  /** Milliseconds that the endpoint takes to answer: from the least to the most, spread evenly. At once unless given. */
  readonly latencyMs?: readonly [number, number];
  /** Seconds that a run is thought to take, for the time that is shown as left. */
  readonly seconds: number;
  /** Seconds after which a run is given up. */
  readonly limitSeconds?: number;
  /** The transports of others are to be installed. */
  readonly needsContenders?: boolean;
  /** The endpoint and credentials are put into the environment, for those that take them from there. */
  readonly usesEnvironment?: boolean;
  /** An empty directory on the disk, as `directory` of the task. */
  readonly needsDirectory?: boolean;
  /** Once more, after the runs that are timed, against the endpoint that checks every event. */
  readonly isChecked?: boolean;
}

export interface Column {
  /** Name in the metrics. */
  readonly key: string;
  readonly title: string;
  /** Digits after the point; thousands are separated. 0 unless given. */
  readonly digits?: number;
}

/** What is to be reached, as a bound on a number that is made of what was measured. */
export interface Target {
  readonly text: string;
  readonly bound: 'at most' | 'at least';
  readonly value: number;
  readonly unit: string;
  /** `undefined` when a case that it needs was not measured. */
  readonly measured: (median: Median, rounds: Rounds) => number | undefined;
}

/** The median of a metric of a case. */
export type Median = (caseId: string, key: string) => number | undefined;

/** A metric of a case, round by round; empty when it is missing in one of them. */
export type Rounds = (caseId: string, key: string) => readonly number[];

export interface Chart {
  readonly key: string;
  readonly title: string;
  readonly unit: string;
  readonly digits?: number;
}

/** One measure. */
export interface Row {
  readonly name: string;
  readonly title: string;
  /** What is measured and how, in a few sentences of Markdown. */
  readonly about: string;
  readonly cases: (scale: Scale) => readonly Case[];
  readonly columns: readonly Column[];
  readonly targets?: readonly Target[];
  readonly charts?: readonly Chart[];
  /** Measured only when it is asked for by its name or with `--soak`. */
  readonly onlyByName?: boolean;
  /** Runs that count, where fewer than usual will do. */
  readonly runs?: number;
  /** All cases at once, for what takes long and is not about time. */
  readonly together?: boolean;
}

/** How much is measured: 1 for figures that are published, less for trying. */
export class Scale {
  readonly #factor: number;
  /** Also what takes minutes and tells little more. */
  readonly isWhole: boolean;

  constructor(factor: number, isWhole = false) {
    this.#factor = factor;
    this.isWhole = isWhole;
  }

  /** Events to log, a thousand at the least. */
  events(full: number): number {
    return Math.max(Math.min(full, 1000), Math.round(full * this.#factor));
  }

  /** Seconds to log for, one at the least. */
  seconds(full: number): number {
    return Math.max(1, Math.round(full * this.#factor));
  }

  get isFull(): boolean {
    return this.#factor >= 1;
  }
}

/** A target on a number as it is. */
export function bound(
  text: string,
  key: string,
  caseId: string,
  is: Target['bound'],
  value: number,
  unit: string,
): Target {
  return { text, bound: is, value, unit, measured: (medianOf) => medianOf(caseId, key) };
}

/**
 * A target on how many times the number of one case is that of another, or of the largest of several: the median of
 * what it is in each round, or the ratio of the medians when a round has no figure.
 */
export function ratio(
  text: string,
  key: string,
  caseId: string,
  other: string | readonly string[],
  bound: Target['bound'],
  value: number,
): Target {
  return {
    text,
    bound,
    value,
    unit: '×',
    measured: (medianOf, rounds) => {
      const others = [other].flat().filter((id) => medianOf(id, key) !== undefined);
      const mine = rounds(caseId, key);
      const theirs = others.map((id) => rounds(id, key));
      if (mine.length > 0 && theirs.every(({ length }) => length === mine.length)) {
        // Those of a round ran one after the other, so whatever else the machine did hit them alike.
        return quotient(
          median(mine.map((figure, round) => figure / Math.max(...theirs.map((one) => one[round])))),
        );
      }
      return quotient(
        (medianOf(caseId, key) ?? Number.NaN) / Math.max(...others.map((id) => medianOf(id, key) ?? 0)),
      );
    },
  };
}

/** `undefined` when something that it needs was not measured. */
function quotient(value: number): number | undefined {
  return Number.isFinite(value) && value > 0 ? value : undefined;
}
