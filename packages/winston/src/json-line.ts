import { types } from 'node:util';
import { errorFields, isError } from './error-fields.js';
import { type LogInfo, SPLAT } from './log-info.js';

/** Deeper than that is told by its kind. A record that is meant to be read has a handful of levels. */
const MAX_DEPTH = 100;
/** Values in one record. More is a graph in which everything refers to everything, not something to log. */
const MAX_VALUES = 250_000;
const BYTES_SHOWN = 32;

/** The kinds of records for JSON. */
export interface Findings {
  /** Holds something that plain JSON loses or cannot write. */
  lossy: boolean;
  /** The same record, in values that JSON can write. */
  readonly plain: object;
}

/**
 * Whether a glance shows that plain JSON of a record loses nothing: the usual one, of texts, numbers and flags.
 *
 * @throws what a getter or proxy throws
 */
export function isSimple(info: LogInfo): boolean {
  if (Object.getPrototypeOf(info) !== Object.prototype) return false;
  const args = info[SPLAT];
  if (args !== undefined) {
    if (!Array.isArray(args)) return false;
    // An error among the arguments need not show in the fields.
    for (const arg of args) if (!isPlain(arg)) return false;
  }
  for (const key in info) {
    const value = info[key];
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) continue;
    if (!Number.isFinite(value)) return false;
  }
  return true;
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null || Object.getPrototypeOf(value) === Object.prototype;
}

/**
 * Looks through a record. `plain` is the record itself when it holds nothing but plain data, so that the usual
 * record is not copied.
 */
export function examine(info: LogInfo): Findings {
  const walk = new Walk(false);
  const plain = walk.record(info);
  return { lossy: walk.lossy, plain };
}

/** One line of JSON. Never throws. */
export function stringifyRecord(plain: object, info: LogInfo): string {
  try {
    return JSON.stringify(plain);
  } catch {
    // A getter or proxy answered differently the second time: read everything once, into a copy.
  }
  try {
    return JSON.stringify(new Walk(true).record(info));
  } catch (error) {
    // Longer than a string can be.
    const reason = error instanceof Error ? error.message : 'unknown';
    return JSON.stringify({ message: '[a record that cannot be written as JSON]', reason });
  }
}

/** One pass over a record; copies nothing that is plain already, unless told to copy everything. */
class Walk {
  lossy = false;
  readonly #copyAll: boolean;
  readonly #ancestors: object[] = [];
  #values = 0;

  constructor(copyAll: boolean) {
    this.#copyAll = copyAll;
  }

  record(info: LogInfo): object {
    let fields: object = info;
    try {
      if (isError(info)) {
        this.lossy = true;
        // As the cause or an aggregated error it would be the same again, without end.
        this.#ancestors.push(info);
        const { level, timestamp } = info as LogInfo;
        fields = { level, timestamp, ...errorFields(info) };
      } else if (info[SPLAT] !== undefined) {
        fields = this.#withArguments(info);
      }
      return this.#fields(fields);
    } catch {
      this.lossy = true;
      return { message: '[a record that cannot be read]' };
    }
  }

  /** Winston merges an error that was passed as an argument into the record, and loses part of it. */
  #withArguments(info: LogInfo): LogInfo {
    const args = info[SPLAT];
    const errors = Array.isArray(args) ? args.filter(isError) : [];
    if (errors.length === 0) return info;
    this.lossy = true;
    const fields: Record<PropertyKey, unknown> = { ...info };
    const held = new Set(Object.values(info));
    const left = errors.filter((error) => {
      if (held.has(error)) return false;
      if (info.stack === undefined || info.stack !== error.stack) return true;
      const own = errorFields(error);
      for (const name of ['name', 'code', 'cause', 'errors']) fields[name] ??= own[name];
      return false;
    });
    if (left.length > 0)
      fields[info.error === undefined ? 'error' : 'errors'] ??= left.length === 1 ? left[0] : left;
    return fields;
  }

  #value(value: unknown, key: string): unknown {
    if (++this.#values > MAX_VALUES) return '[Truncated]';
    switch (typeof value) {
      case 'string':
      case 'boolean':
      case 'undefined':
        return value;
      case 'number':
        if (Number.isFinite(value)) return value;
        this.lossy = true;
        return String(value);
      case 'bigint':
        return String(value);
      case 'symbol':
        return value.toString();
      case 'function':
        return `[Function: ${value.name || 'anonymous'}]`;
      default:
        return value === null ? null : this.#object(value as object, key);
    }
  }

  #object(value: object, key: string): unknown {
    if (this.#ancestors.includes(value)) return '[Circular]';
    if (this.#ancestors.length >= MAX_DEPTH) return Array.isArray(value) ? '[Array]' : '[Object]';
    this.#ancestors.push(value);
    try {
      return this.#unpacked(value, key);
    } catch {
      // A proxy or getter that throws. Out of stack is impossible: the depth is bounded.
      this.lossy = true;
      return '[Throws]';
    } finally {
      this.#ancestors.pop();
    }
  }

  #unpacked(value: object, key: string): unknown {
    if (Array.isArray(value)) return this.#array(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype && !('toJSON' in value)) return this.#fields(value);
    if (isError(value)) return this.#odd(errorFields(value));
    if (types.isDate(value))
      return Number.isNaN(value.getTime()) ? this.#text('Invalid Date') : value.toISOString();
    if (ArrayBuffer.isView(value)) return bytes(value.constructor.name, value);
    if (types.isAnyArrayBuffer(value)) return bytes(value.constructor.name, new Uint8Array(value));
    if (types.isMap(value)) return this.#odd(mapFields(value));
    if (types.isSet(value)) return this.#odd([...value]);
    if (types.isRegExp(value)) return this.#text(String(value));
    if (types.isBoxedPrimitive(value)) return this.#odd(value.valueOf());
    const toJSON: unknown = (value as { toJSON?: unknown }).toJSON;
    if (typeof toJSON === 'function') {
      try {
        const made: unknown = toJSON.call(value, key);
        return made === value ? this.#fields(value) : this.#value(made, key);
      } catch {
        this.lossy = true; // its fields are better than nothing
      }
    }
    return this.#fields(value);
  }

  #odd(value: unknown): unknown {
    this.lossy = true;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? this.#fields(value)
      : this.#value(value, '');
  }

  #text(text: string): string {
    this.lossy = true;
    return text;
  }

  #fields(source: object): object {
    let copy: Record<string, unknown> | undefined = this.#copyAll ? Object.create(null) : undefined;
    const keys = Object.keys(source);
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      const value = this.#read(source, key);
      const plain = this.#value(value, key);
      if (copy === undefined && plain !== value) copy = this.#copyOf(source, keys, i);
      if (copy !== undefined) copy[key] = plain;
    }
    return copy ?? source;
  }

  /** The fields before the first that differs; they are plain. */
  #copyOf(source: object, keys: readonly string[], count: number): Record<string, unknown> {
    // Without a prototype a field named `__proto__` is a field like another.
    const copy: Record<string, unknown> = Object.create(null);
    for (let i = 0; i < count; i++) copy[keys[i]] = this.#read(source, keys[i]);
    return copy;
  }

  #read(source: object, key: string): unknown {
    try {
      return (source as Record<string, unknown>)[key];
    } catch {
      this.lossy = true;
      return '[Throws]';
    }
  }

  #array(source: readonly unknown[]): unknown {
    let copy: unknown[] | undefined = this.#copyAll ? [] : undefined;
    for (let i = 0; i < source.length; i++) {
      if (this.#values >= MAX_VALUES) {
        copy ??= source.slice(0, i);
        copy.push('[Truncated]');
        return copy;
      }
      const value: unknown = source[i];
      const plain = this.#value(value, '');
      if (copy === undefined && plain !== value) copy = source.slice(0, i);
      if (copy !== undefined) copy.push(plain);
    }
    return copy ?? source;
  }
}

function mapFields(map: ReadonlyMap<unknown, unknown>): unknown {
  const entries = [...map];
  if (!entries.every(([key]) => typeof key === 'string')) return entries;
  const fields: Record<string, unknown> = Object.create(null);
  for (const [key, value] of entries) fields[key as string] = value;
  return fields;
}

function bytes(name: string, view: ArrayBufferView): string {
  const all = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
  const more = all.length > BYTES_SHOWN ? '…' : '';
  return `[${name}: ${all.length} bytes ${all.toString('hex', 0, BYTES_SHOWN)}${more}]`;
}
