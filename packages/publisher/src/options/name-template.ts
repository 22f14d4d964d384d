import { invalidOption } from './errors.js';

/** Level and fields that an event is published with, besides its text: used to choose a group or a stream by level or by a field. */
export interface EventContext {
  /** Name of the level, such as `'error'`, for `{level}` in a name, and for `overflow: 'drop-lowest'`. */
  readonly level?: string | undefined;
  /**
   * How severe that is, for `overflow: 'drop-lowest'`: more is more severe, as pino counts from 10 for trace to 60 for fatal.
   * @default that of the name, where it is a usual one such as `'error'`, `'WARN'` or `'debug'`; else that of info, 30
   */
  readonly severity?: number | undefined;
  /** The record's fields, or a function that parses them when a name asks for one. */
  readonly fields?: Readonly<Record<string, unknown>> | (() => Readonly<Record<string, unknown>>) | undefined;
}

/** An event as a function that names a group or a stream is given it. */
export interface NamedEvent extends EventContext {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** Its text. */
  readonly message: string;
}

/** Chooses the log stream of an event. Only in-process: a function cannot be sent to a worker thread. */
export type LogStreamNameFunction = (event: NamedEvent) => string;

/** Chooses the log group of an event. Only in-process: a function cannot be sent to a worker thread. */
export type LogGroupNameFunction = LogStreamNameFunction;

/** Values of the tokens of a template in this process. */
export interface NameEnvironment {
  readonly hostname: string;
  readonly pid: number;
  /** Random per publisher, so that two processes never share a stream by accident. */
  readonly instance: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** For a look at a template that asks nothing of this process. */
export const NAMELESS: NameEnvironment = { hostname: 'h', pid: 1, instance: 'i', env: {} };

/** A part of a name: written as it is, the same for the whole process, of the time of an event, or of the event itself. */
export type NamePart =
  | { readonly of: 'text'; readonly value: string }
  | { readonly of: 'process'; readonly token: string; readonly value: string }
  | {
      readonly of: 'time';
      readonly token: string;
      readonly periodMs: number;
      value(timestamp: number): string;
    }
  | { readonly of: 'event'; readonly token: string; value(context: EventContext | undefined): string };

/** In the place of a variable or a field that is not there. */
export const UNKNOWN = 'unknown';

const HOUR_MS = 3_600_000;
const TOKENS = '{hostname} {pid} {instance} {date} {hour} {level} {env:NAME} {field:a.b}';

/**
 * Takes a template such as `'{date}/{hostname}'` apart. Dates are the event's own, in UTC.
 *
 * @param option whose value it is
 * @throws PublisherError for an unknown token or an unclosed brace
 */
export function parseTemplate(option: string, template: string, environment: NameEnvironment): NamePart[] {
  const parts: NamePart[] = [];
  let rest = template;
  while (rest !== '') {
    const open = rest.indexOf('{');
    if (open !== 0) parts.push({ of: 'text', value: open === -1 ? rest : rest.slice(0, open) });
    if (open === -1) break;
    const close = rest.indexOf('}', open);
    if (close === -1) {
      const remedy = 'Close the last one.';
      throw invalidOption(option, 'a template whose braces are closed', template, { remedy });
    }
    const part = partFor(rest.slice(open + 1, close), environment);
    if (!part) {
      const remedy = 'Use one of these, or text without braces.';
      const token = rest.slice(open, close + 1);
      throw invalidOption(option, `a template of text and ${TOKENS}`, token, { remedy });
    }
    parts.push(part);
    rest = rest.slice(close + 1);
  }
  return parts;
}

/** The name that a template gives an event. */
export function nameOf(
  parts: readonly NamePart[],
  timestamp: number,
  context: EventContext | undefined,
): string {
  let name = '';
  for (const part of parts) {
    if (part.of === 'time') name += part.value(timestamp);
    else name += part.of === 'event' ? part.value(context) : part.value;
  }
  return name;
}

function partFor(token: string, { hostname, pid, instance, env }: NameEnvironment): NamePart | undefined {
  switch (token) {
    case 'hostname':
      return { of: 'process', token, value: hostname };
    case 'pid':
      return { of: 'process', token, value: String(pid) };
    case 'instance':
      return { of: 'process', token, value: instance };
    case 'date':
      return { of: 'time', token, periodMs: 24 * HOUR_MS, value: (at) => isoTime(at).slice(0, 10) };
    case 'hour':
      return { of: 'time', token, periodMs: HOUR_MS, value: (at) => isoTime(at).slice(11, 13) };
    case 'level':
      return { of: 'event', token, value: (context) => context?.level ?? UNKNOWN };
  }
  if (/^env:./.test(token)) return { of: 'process', token, value: env[token.slice(4)] || UNKNOWN };
  if (!/^field:./.test(token)) return undefined;
  const path = token.slice(6).split('.');
  return { of: 'event', token, value: (context) => fieldAt(context, path) };
}

function fieldAt(context: EventContext | undefined, path: readonly string[]): string {
  let value = fieldsOf(context);
  for (const key of path) {
    if (value === null || typeof value !== 'object') return UNKNOWN;
    value = (value as Record<string, unknown>)[key];
  }
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : UNKNOWN;
}

/** A line that is not JSON has no fields; what its parser says would quote the line. */
function fieldsOf(context: EventContext | undefined): unknown {
  try {
    return typeof context?.fields === 'function' ? context.fields() : context?.fields;
  } catch {
    return undefined;
  }
}

/** Timestamps are whole milliseconds, but may lie beyond what a Date can show. */
function isoTime(timestamp: number): string {
  return timestamp <= 8.64e15 ? new Date(timestamp).toISOString().slice(-24) : '9999-12-31T23:00:00.000Z';
}
