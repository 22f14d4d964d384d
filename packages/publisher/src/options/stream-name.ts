import { describe, invalidOption } from './errors.js';
import { MAX_STREAM_NAME_LENGTH } from './limits.js';
import {
  type EventContext,
  NAMELESS,
  type NameEnvironment,
  nameOf,
  parseTemplate,
  UNKNOWN,
} from './name-template.js';
import type { Check } from './option-rows.js';

/** Names the stream of an event. Never throws. */
export interface StreamNamer {
  nameFor(timestamp: number, context: EventContext | undefined, message: string): string;
  /** Whether the name depends on the event's level or fields; if not, a transport need not look at them. */
  readonly dependsOnEvent: boolean;
  /** The random part of its names that no other publisher has; undefined when they have none. */
  readonly instance?: string | undefined;
  /** For how long the time alone leaves the name as it is, in milliseconds since 1970; undefined where it always does. */
  readonly periodMs?: number | undefined;
}

/**
 * Compiles a template such as `'{date}/{hostname}'`. A variable or field that is not there gives `unknown`.
 *
 * @throws PublisherError for an unknown token or an unclosed brace
 */
export function compileStreamName(template: string, environment: NameEnvironment): StreamNamer {
  const parts = parseTemplate('logStreamName', template, environment);
  const dependsOnEvent = parts.some((part) => part.of === 'event');
  const instance = parts.some((part) => part.of === 'process' && part.token === 'instance')
    ? environment.instance
    : undefined;
  const build = (timestamp: number, context: EventContext | undefined) =>
    sanitizeStreamName(nameOf(parts, timestamp, context));
  const periodMs = Math.min(
    ...parts.map((part) => (part.of === 'time' ? part.periodMs : Number.POSITIVE_INFINITY)),
  );
  const named = { dependsOnEvent, instance, ...(periodMs < Number.POSITIVE_INFINITY && { periodMs }) };
  if (dependsOnEvent) return { ...named, nameFor: build };

  // Without level or fields the name holds for a whole day or hour: one comparison per event.
  let from = 0;
  let to = 0;
  let name = '';
  return {
    ...named,
    nameFor(timestamp) {
      if (timestamp >= from && timestamp < to) return name;
      from = periodMs === Number.POSITIVE_INFINITY ? 0 : Math.floor(timestamp / periodMs) * periodMs;
      to = from + periodMs;
      name = build(timestamp, undefined);
      return name;
    },
  };
}

/** Checks a template as an option. */
export const checkStreamTemplate: Check = (name, value) => {
  if (typeof value !== 'string') return;
  if (/[:*]/.test(value.replace(/\{[^}]*\}/g, ''))) {
    const remedy = 'Write "-" in their place.';
    throw invalidOption(name, 'without ":" and "*", which CloudWatch Logs does not accept', value, {
      remedy,
    });
  }
  compileStreamName(value, NAMELESS);
};

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
      const chosen = chosenName(() => name({ timestamp, message, ...context }), onProblem);
      return chosen === undefined ? UNKNOWN : sanitizeStreamName(chosen);
    },
  };
}

/** The name that a function of the application chose; undefined where it failed, which is reported. */
export function chosenName(choose: () => unknown, onProblem: (problem: string) => void): string | undefined {
  try {
    const chosen = choose();
    if (typeof chosen === 'string') return chosen;
    onProblem(`returned ${describe(chosen)} where a string was expected`);
  } catch (error) {
    onProblem(`threw ${error instanceof Error ? error.name : typeof error}`);
  }
  return undefined;
}

/** A name that CloudWatch Logs accepts: no `:` or `*`, 1 to 512 characters. */
export function sanitizeStreamName(name: string): string {
  const clean = name
    .toWellFormed()
    .replace(/[:*\u0000-\u001f\u007f]/g, '-')
    .slice(0, MAX_STREAM_NAME_LENGTH);
  return clean === '' ? UNKNOWN : clean.toWellFormed();
}
