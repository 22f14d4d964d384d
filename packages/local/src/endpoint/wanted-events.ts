import { suggestion } from '../errors/spelling.js';
import { compileFilterPattern, type FilterPattern } from '../filter-pattern/compile.js';
import { FilterPatternError } from '../filter-pattern/pattern-error.js';
import type { NamedPlace, StoredEvent } from './contents.js';

/** Which events `waitForEvents` waits for. */
export interface WantedEvents extends NamedPlace {
  /**
   * Text that a message contains, an expression that it matches, or a function of the event. @default every event
   */
  readonly match?: (string | RegExp | ((event: StoredEvent) => boolean)) | undefined;
  /** A filter pattern of CloudWatch Logs that a message matches, beside `match`. @default every message */
  readonly filterPattern?: string | undefined;
  /** How many events must be there. @default 1 */
  readonly count?: number | undefined;
  /** How long to wait, in milliseconds. @default 10000 */
  readonly timeoutMs?: number | undefined;
}

/** The function that says which events count. @throws TypeError when a member is not valid */
export function matcherOf(wanted: WantedEvents): (event: StoredEvent) => boolean {
  const { count = 1, filterPattern, logGroupName, match } = wanted;
  if (typeof logGroupName !== 'string') {
    throw new TypeError(`waitForEvents: logGroupName must be a string, got ${String(logGroupName)}`);
  }
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new TypeError(`waitForEvents: count must be a whole number from 1, got ${String(count)}`);
  }
  const test = testOf(match);
  if (filterPattern === undefined) return test;
  const { matches } = compiled(filterPattern);
  return (event) => matches(event.message) && test(event);
}

function compiled(pattern: string): FilterPattern {
  try {
    return compileFilterPattern(pattern);
  } catch (error) {
    if (!(error instanceof FilterPatternError)) throw error;
    const { hint, message, position } = error;
    throw new TypeError(
      `waitForEvents: ${message}, at position ${position} of filterPattern '${pattern}'. ${hint}`,
    );
  }
}

function testOf(match: WantedEvents['match']): (event: StoredEvent) => boolean {
  if (match === undefined) return () => true;
  if (typeof match === 'string') return ({ message }) => message.includes(match);
  if (typeof match === 'function') return match;
  if (!(match instanceof RegExp)) {
    throw new TypeError('waitForEvents: match must be a string, a regular expression or a function');
  }
  // Without the flags that make `test` remember where it stopped.
  const expression = new RegExp(match.source, match.flags.replace(/[gy]/g, ''));
  return ({ message }) => expression.test(message);
}

/** The part of an endpoint's contents and answers that explains why events are missing. */
export interface Seen {
  /** Events of the group and stream that were waited for. */
  readonly events: readonly StoredEvent[];
  readonly matching: number;
  readonly groupNames: readonly string[];
  readonly errors: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
}

const SHOWN_EVENTS = 5;
const SHOWN_CHARACTERS = 200;

/** The text of the error for events that did not come in time. */
export function notSeen(wanted: WantedEvents, timeoutMs: number, seen: Seen): string {
  const { logGroupName, logStreamName, count = 1 } = wanted;
  const place = `log group '${logGroupName}'${logStreamName === undefined ? '' : `, stream '${logStreamName}'`}`;
  const conditions = [wanted.match, wanted.filterPattern].filter((condition) => condition !== undefined);
  const kind = ['events', ...conditions.map((condition) => `that match ${describe(condition)}`)].join(' ');
  const lines = [`waitForEvents: ${seen.matching} of ${count} ${kind} in ${place} after ${timeoutMs} ms.`];
  if (!seen.groupNames.includes(logGroupName)) {
    const others =
      seen.groupNames.length === 0 ? '; there is no group at all' : suggestion(logGroupName, seen.groupNames);
    lines.push(`There is no such log group${others}`);
  } else if (seen.events.length === 0) {
    lines.push('It holds no events.');
  } else if (seen.matching < seen.events.length) {
    lines.push(`It holds ${seen.events.length} events; the newest:`);
    for (const { message } of seen.events.slice(-SHOWN_EVENTS)) lines.push(`  ${shorten(message)}`);
  }
  for (const [what, counts] of [
    ['Errors answered', seen.errors],
    ['Faults', seen.faults],
  ] as const) {
    const entries = Object.entries(counts).map(([name, number]) => `${name} ${number}`);
    if (entries.length > 0) lines.push(`${what}: ${entries.join(', ')}.`);
  }
  return lines.join('\n');
}

function describe(match: NonNullable<WantedEvents['match']>): string {
  return typeof match === 'string' ? JSON.stringify(match) : shorten(String(match));
}

function shorten(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}
