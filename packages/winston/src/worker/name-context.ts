import type { EventContext } from 'cloudwatch-logs-publisher';

const LONGEST_NAME = 512; // of a log stream: more of a value is never needed

/** Level and fields of a line, as far as names depend on them. */
export type NameValues = readonly (string | null)[];

/**
 * The facts that the templates for group and stream ask of an event: its level, and the fields that they name. Only these go to
 * the worker, as texts.
 */
export class NameContext {
  readonly #paths: readonly (readonly string[])[];
  /** Whether they ask for anything. */
  readonly isNeeded: boolean;

  constructor({
    logGroupName,
    logStreamName,
  }: { readonly logGroupName: string; readonly logStreamName: string }) {
    const tokens = Array.from(
      `${logGroupName}${logStreamName}`.matchAll(/\{([^}]*)\}/g),
      ([, token]) => token,
    );
    this.#paths = tokens
      .filter((token) => token.startsWith('field:'))
      .map((token) => token.slice('field:'.length).split('.'));
    this.isNeeded = this.#paths.length > 0 || tokens.includes('level');
  }

  encode({ level, fields }: EventContext): NameValues {
    const values: (string | null)[] = [level ?? null];
    for (const path of this.#paths) values.push(valueAt(fields, path));
    return values;
  }

  decode([level, ...values]: NameValues): EventContext {
    const fields: Fields = Object.create(null);
    this.#paths.forEach((path, index) => {
      const value = values[index];
      if (value !== null) set(fields, path, value);
    });
    return { level: level ?? undefined, fields };
  }
}

type Fields = Record<string, unknown>;

function valueAt(fields: unknown, path: readonly string[]): string | null {
  let value = fields;
  for (const key of path) {
    if (value === null || typeof value !== 'object') return null;
    value = (value as Fields)[key];
  }
  const isText = ['string', 'number', 'boolean', 'bigint'].includes(typeof value);
  return isText ? String(value).slice(0, LONGEST_NAME) : null;
}

/** Where one path is the beginning of another, only one of the two has a value: a text has no fields. */
function set(fields: Fields, [key, ...rest]: readonly string[], value: string): void {
  if (rest.length === 0) fields[key] = value;
  else {
    fields[key] ??= Object.create(null);
    set(fields[key] as Fields, rest, value);
  }
}
