export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A message that is a JSON object or list, also one behind a prefix such as a date; undefined for other text. */
export function parseMessage(message: string): { readonly prefix: string; readonly value: Json } | undefined {
  const at = message.search(/[{[]/);
  if (at === -1) return undefined;
  try {
    const value = JSON.parse(message.slice(at));
    return typeof value === 'object' && value !== null
      ? { prefix: message.slice(0, at).trim(), value }
      : undefined;
  } catch {
    return undefined;
  }
}

/** JSON inside a string, as loggers nest it; undefined for other text. */
export function parseNested(text: string): Json | undefined {
  return /^\s*[{[]/.test(text) ? parseMessage(text)?.value : undefined;
}

/** The way to a field: names of members and indexes of lists. */
export type Path = readonly (string | number)[];

/** `$.a.b[0]`, as filter patterns write it; names with other characters are quoted. */
export function selector(path: Path): string {
  return `$${path
    .map((step) =>
      typeof step === 'number' ? `[${step}]` : /^[A-Za-z_][\w-]*$/.test(step) ? `.${step}` : `['${step}']`,
    )
    .join('')}`;
}

/** The path of a column, which is kept as text. */
export function readSelector(text: string): Path {
  const steps = text.matchAll(/\.([\w-]+)|\[(\d+)\]|\['([^']*)'\]/g);
  return [...steps].map(([, name, index, quoted]) =>
    index === undefined ? (name ?? quoted ?? '') : Number(index),
  );
}

export function valueAt(value: Json, path: Path): Json | undefined {
  let here: Json | undefined = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    // Own members only: `constructor` is not a field of the log.
    here = Object.hasOwn(here, step) ? (here as Record<string | number, Json>)[step] : undefined;
  }
  return here;
}

/** The filter pattern for events whose field has this value, or has not; undefined for what no pattern can say. */
export function fieldPattern(path: Path, value: Json, wanted: 'is' | 'is not'): string | undefined {
  const field = selector(path);
  const negated = wanted === 'is not';
  if (value === null) return negated ? undefined : `{ ${field} IS NULL }`;
  if (typeof value === 'boolean') return `{ ${field} IS ${value !== negated ? 'TRUE' : 'FALSE'} }`;
  if (typeof value === 'number') return `{ ${field} ${negated ? '!=' : '='} ${value} }`;
  if (typeof value !== 'string') return undefined;
  // An asterisk is a wildcard there and cannot be escaped; it matches itself, too.
  return `{ ${field} ${negated ? '!=' : '='} "${value.replace(/["\\]/g, '\\$&')}" }`;
}

/** A JSON message as a row shows it: its text, and the other fields. */
export interface Summary {
  readonly text: string;
  readonly fields: string;
}

const TEXT_FIELDS = ['msg', 'message', 'text', 'event'] as const;
/** Shown elsewhere in a row, or the same in all of them. */
const LEFT_OUT = new Set([
  'level',
  'severity',
  'time',
  'timestamp',
  '@timestamp',
  'ts',
  'pid',
  'hostname',
  'v',
]);

/** Undefined for a message that is not a JSON object with a text. */
export function summarize(message: string): Summary | undefined {
  if (!message.startsWith('{')) return undefined;
  const value = parseMessage(message)?.value;
  if (value === undefined || Array.isArray(value) || typeof value !== 'object' || value === null)
    return undefined;
  const name = TEXT_FIELDS.find((field) => typeof value[field] === 'string');
  if (name === undefined) return undefined;
  const fields = Object.entries(value)
    .filter(([field]) => field !== name && !LEFT_OUT.has(field))
    .map(
      ([field, member]) =>
        `${field}=${typeof member === 'string' && /^[^\s"=]+$/.test(member) ? member : JSON.stringify(member)}`,
    );
  return { text: value[name] as string, fields: fields.join('  ') };
}
