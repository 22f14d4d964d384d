import { parseArgs } from 'node:util';

export interface Arguments {
  /** Rows whose name holds one of these; all rows when there are none. */
  readonly words: readonly string[];
  readonly runs: number;
  /** Part of the full amount that is measured. */
  readonly scale: number;
  readonly soak: boolean;
  /** With what takes minutes and tells little more. */
  readonly full: boolean;
  /** Only the report, from results that are there. */
  readonly reportOnly: boolean;
  readonly help: boolean;
  /** Where results go; the committed ones when `undefined`. */
  readonly out: string | undefined;
}

const FULL_RUNS = 5;
const QUICK_SCALE = 0.2;

export const USAGE = `npm run bench                       every measure but the soak, with figures to publish
npm run bench -- --quick            the same with less of everything, for trying; published results stay as they are
npm run bench -- pino-throughput    the rows whose name holds the word
npm run bench -- --soak             the soak of 10 minutes as well, after 6 of warming up
npm run bench -- --full             10 million events in the row about flatness as well
  --runs N      runs that count, 5 by default (2 with --quick)
  --scale X     part of the full amount that is measured; 1 by default
  --out FOLDER  where results and charts go
  --report      write the report from results that are there, without measuring`;

/** @throws TypeError when an argument is not known or has no sensible value */
export function readArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      runs: { type: 'string' },
      scale: { type: 'string' },
      soak: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
      out: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const runs = Number(values.runs ?? (values.quick ? 2 : FULL_RUNS));
  const scale = Number(values.scale ?? (values.quick ? QUICK_SCALE : 1));
  if (!Number.isInteger(runs) || runs < 1) {
    throw new TypeError(`--runs must be a whole number from 1 on, not ${values.runs}`);
  }
  if (!(scale > 0 && scale <= 1)) {
    throw new TypeError(`--scale must be above 0 and at most 1, not ${values.scale}`);
  }
  const { soak, full, report, help, out } = values;
  return { words: positionals, runs, scale, soak, full, reportOnly: report, help, out };
}
