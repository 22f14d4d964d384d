import { describe, invalidOption } from './errors.js';
import { MAX_STREAM_NAME_LENGTH } from './limits.js';

/** What an event is published with, besides its text: used to choose a stream by level or by a field. */
export interface EventContext {
  /** Name of the level, such as `'error'`, for `{level}` in the stream name. */
  readonly level?: string | undefined;
  /** The record's fields, or a function that parses them when a stream name asks for one. */
  readonly fields?: Readonly<Record<string, unknown>> | (() => Readonly<Record<string, unknown>>) | undefined;
}

/** What the tokens of a template stand for in this process. */
export interface StreamNameEnvironment {
  readonly hostname: string;
  readonly pid: number;
  /** Random per publisher, so that two processes never share a stream by accident. */
  readonly instance: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Names the stream of an event. Never throws. */
export interface StreamNamer {
  nameFor(timestamp: number, context: EventContext | undefined, message: string): string;
  /** Whether the name depends on the event's level or fields; if not, a transport need not look at them. */
  readonly dependsOnEvent: boolean;
  /** The random part of its names that no other publisher has; undefined when they have none. */
  readonly instance?: string | undefined;
}

type Part = string | ((timestamp: number, context: EventContext | undefined) => string);

const HOUR_MS = 3_600_000;
const UNKNOWN = 'unknown';
const TOKENS = '{hostname} {pid} {instance} {date} {hour} {level} {env:NAME} {field:a.b}';

/**
 * Compiles a template such as `'{date}/{hostname}'`. Dates are the event's own, in UTC. A variable or field
 * that is not there gives `unknown`.
 *
 * @throws PublisherError for an unknown token or an unclosed brace
 */
export function compileStreamName(template: string, environment: StreamNameEnvironment): StreamNamer {
  const parts: Part[] = [];
  let periodMs = Number.POSITIVE_INFINITY;
  let dependsOnEvent = false;
  let instance: string | undefined;
  let rest = template;
  while (rest !== '') {
    const open = rest.indexOf('{');
    if (open !== 0) parts.push(open === -1 ? rest : rest.slice(0, open));
    if (open === -1) break;
    const close = rest.indexOf('}', open);
    if (close === -1) throw invalidOption('logStreamName', 'a template whose braces are closed', template);
    const token = rest.slice(open + 1, close);
    rest = rest.slice(close + 1);
    if (token === 'hostname') parts.push(environment.hostname);
    else if (token === 'pid') parts.push(String(environment.pid));
    else if (token === 'instance') {
      instance = environment.instance;
      parts.push(instance);
    } else if (token === 'date') {
      parts.push((timestamp) => isoTime(timestamp).slice(0, 10));
      periodMs = Math.min(periodMs, 24 * HOUR_MS);
    } else if (token === 'hour') {
      parts.push((timestamp) => isoTime(timestamp).slice(11, 13));
      periodMs = HOUR_MS;
    } else if (token === 'level') {
      parts.push((_, context) => context?.level ?? UNKNOWN);
      dependsOnEvent = true;
    } else if (/^env:./.test(token)) parts.push(environment.env[token.slice(4)] || UNKNOWN);
    else if (/^field:./.test(token)) {
      const path = token.slice(6).split('.');
      parts.push((_, context) => fieldAt(context, path));
      dependsOnEvent = true;
    } else throw invalidOption('logStreamName', `a template of text and ${TOKENS}`, `{${token}}`);
  }

  const build = (timestamp: number, context: EventContext | undefined) =>
    sanitizeStreamName(parts.map((p) => (typeof p === 'string' ? p : p(timestamp, context))).join(''));
  if (dependsOnEvent) return { nameFor: build, dependsOnEvent, instance };

  // Without level or fields the name holds for a whole day or hour: one comparison per event.
  let from = 0;
  let to = 0;
  let name = '';
  return {
    dependsOnEvent,
    instance,
    nameFor(timestamp) {
      if (timestamp >= from && timestamp < to) return name;
      from = periodMs === Number.POSITIVE_INFINITY ? 0 : Math.floor(timestamp / periodMs) * periodMs;
      to = from + periodMs;
      name = build(timestamp, undefined);
      return name;
    },
  };
}

/**
 * Names streams by a function of the application. What it throws, or returns that is not a string, is reported,
 * and the event goes to the stream `unknown`.
 */
export function streamNamerOf(
  name: (event: { timestamp: number; message: string } & EventContext) => unknown,
  onProblem: (problem: string) => void,
): StreamNamer {
  return {
    dependsOnEvent: true,
    nameFor(timestamp, context, message) {
      try {
        const chosen = name({ timestamp, message, ...context });
        if (typeof chosen === 'string') return sanitizeStreamName(chosen);
        onProblem(`returned ${describe(chosen)} where a string was expected`);
      } catch (error) {
        onProblem(`threw ${error instanceof Error ? error.name : typeof error}`);
      }
      return UNKNOWN;
    },
  };
}

/** A name that CloudWatch Logs accepts: no `:` or `*`, 1 to 512 characters. */
export function sanitizeStreamName(name: string): string {
  const clean = name
    .toWellFormed()
    .replace(/[:*\u0000-\u001f\u007f]/g, '-')
    .slice(0, MAX_STREAM_NAME_LENGTH);
  return clean === '' ? UNKNOWN : clean.toWellFormed();
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
