import { MAX_TIMER_MS } from '../time/clock.js';
import { invalidOption, PublisherError } from './errors.js';
import { hintFor } from './hints.js';
import { nearestName } from './spelling.js';

/** Looks closer at a value that its row accepts; throws a `PublisherError`. */
export type Check = (name: string, value: unknown) => void;

/**
 * One option, as its checks, the defaults, the flags of the commands and the table in the documentation need it. Its type and
 * what it does stand in the interface that the table of rows belongs to.
 */
export interface OptionRow {
  /** Completes "must be ...". */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  readonly check?: Check;
  /** Taken where the option is left out. */
  readonly initial?: unknown;
  readonly isRequired?: boolean;
  /** Whether a value may be or hold a secret. */
  readonly isSecret?: boolean;
  /** One sentence for a wrong value: what to do. */
  readonly remedy?: string;
  /** How a command line gives it: by being there, as it is written, as JSON where it can be read as that, or not at all. */
  readonly flag: 'switch' | 'text' | 'json' | 'none';
}

/** The rows of some options, by their names. */
export type OptionRows = Readonly<Record<string, OptionRow>>;

/** `true` or `false`. */
export const onOff = {
  expected: 'true or false',
  accepts: (value: unknown) => typeof value === 'boolean',
  flag: 'switch',
} as const satisfies OptionRow;

/** A text that is not empty. */
export function text(expected: string) {
  return {
    expected,
    accepts: (value: unknown) => typeof value === 'string' && value !== '',
    flag: 'text',
  } as const satisfies OptionRow;
}

/** One of a few texts. */
export function oneOf(...allowed: readonly string[]) {
  return {
    expected: `one of ${allowed.map((one) => JSON.stringify(one)).join(', ')}`,
    accepts: (value: unknown) => typeof value === 'string' && allowed.includes(value),
    flag: 'text',
  } as const satisfies OptionRow;
}

/** A whole number within bounds. */
export function wholeNumber(least: number, most: number) {
  return {
    expected: `a whole number from ${least} to ${most}`,
    accepts: (value: unknown) =>
      Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
    flag: 'json',
  } as const satisfies OptionRow;
}

/** Milliseconds that a timer can wait. */
export function milliseconds(least: number) {
  return wholeNumber(least, MAX_TIMER_MS);
}

/** The same, or `'auto'`. */
export function orAuto({ expected, accepts, ...row }: OptionRow) {
  return {
    ...row,
    expected: `"auto" or ${expected}`,
    accepts: (value: unknown) => value === 'auto' || accepts(value),
  };
}

/** An object with settings of its own. */
export function settings(expected: string, check?: Check) {
  return { expected, accepts: isRecord, ...(check && { check }), flag: 'json' } as const satisfies OptionRow;
}

/**
 * Checks that options are an object, have no names but those of the rows, and have values that their rows accept.
 *
 * @param path what stands before a name in a message, with its dot
 * @throws PublisherError `CLOUDWATCH_LOGS_INVALID_OPTION`, saying what was expected, what came and what to do
 */
export function checkRows(options: unknown, rows: OptionRows, path = ''): void {
  if (!isRecord(options)) {
    const required = Object.keys(rows).find((name) => rows[name]?.isRequired);
    const such = required === undefined ? 'an object' : `an object with at least ${required}`;
    throw invalidOption(path.slice(0, -1), such, options, { remedy: 'Pass one.' });
  }
  checkNames(options, Object.keys(rows), path);
  // What is required first: without it there is no default to speak of.
  const inOrder = Object.entries(rows).sort(
    ([, a], [, b]) => Number(!!b.isRequired) - Number(!!a.isRequired),
  );
  for (const [name, row] of inOrder) {
    const value = options[name];
    if (value === undefined && !row.isRequired) continue;
    if (!row.accepts(value)) {
      const { expected, isSecret } = row;
      throw invalidOption(path + name, expected, value, { remedy: remedyOf(row), isSecret });
    }
    row.check?.(path + name, value);
  }
}

function remedyOf({ remedy, isRequired, initial }: OptionRow): string {
  if (remedy !== undefined) return remedy;
  if (isRequired) return 'It is required.';
  return initial === undefined
    ? 'Correct it, or leave it out.'
    : `Correct it, or leave it out for the default, ${JSON.stringify(initial)}.`;
}

/**
 * Refuses names that are not among `known` and suggests the nearest.
 *
 * @throws PublisherError `CLOUDWATCH_LOGS_INVALID_OPTION`
 */
function checkNames(options: object, known: readonly string[], path: string): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    const hint =
      (path === '' ? hintFor(name) : undefined) ??
      (nearest
        ? `Did you mean "${path}${nearest}"?`
        : `The options are: ${known.map((one) => path + one).join(', ')}.`);
    throw new PublisherError('CLOUDWATCH_LOGS_INVALID_OPTION', `Unknown option "${path}${name}". ${hint}`);
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
