import { JsonEvent } from './json-event.js';
import { parseSelector, takeJsonPattern } from './json-pattern.js';
import { FilterPatternError } from './pattern-error.js';
import { Scanner } from './scanner.js';
import { SpaceDelimitedPattern } from './space-delimited-pattern.js';
import { takeTerms } from './terms.js';

/** Characters that a pattern may have. Source: the service model. */
export const MAX_PATTERN_LENGTH = 1_024;

/** A filter pattern that was understood. */
export interface FilterPattern {
  readonly syntax: 'everything' | 'terms' | 'json' | 'space-delimited';
  /** Regular expressions in the pattern. */
  readonly regularExpressions: number;
  readonly matches: (message: string) => boolean;
  /** A text that every message has that matches, where one is known. */
  readonly text?: string | undefined;
  /** The values that TestMetricFilter shows of a message that matches: the fields of a space-delimited one, none of others. */
  readonly extract: (message: string) => Record<string, string>;
  /**
   * Reads a reference into the messages, as the value and the dimensions of a metric have them: `$.latency` for a JSON
   * pattern, `$bytes` for a space-delimited one that names this field. Undefined when the pattern does not offer it.
   */
  readonly reference: (reference: string) => ((message: string) => string | undefined) | undefined;
}

const NOTHING = (): Record<string, string> => ({});
const NO_REFERENCE = (): undefined => undefined;

/**
 * Reads a pattern of the language that FilterLogEvents, StartLiveTail, metric filters and subscription filters share:
 * terms, JSON (`{ ... }`) or space-delimited (`[ ... ]`).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 * @throws FilterPatternError for anything that the language does not have; nothing is ever ignored
 */
export function compileFilterPattern(pattern: string): FilterPattern {
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw new FilterPatternError(
      MAX_PATTERN_LENGTH,
      `A pattern has at most ${MAX_PATTERN_LENGTH} characters.`,
    );
  }
  const start = pattern.search(/\S/);
  const trimmed = pattern.trim();
  if (trimmed === '' || trimmed === '" "') {
    const matches = (): boolean => true;
    return {
      syntax: 'everything',
      regularExpressions: 0,
      matches,
      extract: NOTHING,
      reference: NO_REFERENCE,
    };
  }
  const end = start + trimmed.length;
  if (trimmed.startsWith('{')) {
    const scanner = within(pattern, start, end, '{', '}');
    const matches = takeJsonPattern(scanner);
    const { regularExpressions } = scanner;
    return { syntax: 'json', regularExpressions, matches, extract: NOTHING, reference: jsonReference };
  }
  if (trimmed.startsWith('[')) {
    const scanner = within(pattern, start, end, '[', ']');
    const fields = new SpaceDelimitedPattern(scanner);
    const { regularExpressions } = scanner;
    return {
      syntax: 'space-delimited',
      regularExpressions,
      matches: (message) => fields.matches(message),
      extract: (message) => fields.extract(message),
      reference: (reference) => {
        if (!fields.fieldNames.some((name) => reference === `$${name}`)) return undefined;
        return (message) => fields.extract(message)[reference];
      },
    };
  }
  const scanner = new Scanner(pattern, start, end);
  const { matches, text } = takeTerms(scanner);
  const { regularExpressions } = scanner;
  return { syntax: 'terms', regularExpressions, matches, text, extract: NOTHING, reference: NO_REFERENCE };
}

/** A scanner for what the brackets around a pattern hold. */
function within(pattern: string, start: number, end: number, open: string, close: string): Scanner {
  if (end - start < 2 || pattern.charAt(end - 1) !== close) {
    throw new FilterPatternError(
      end,
      `The pattern starts with ${open} and must end with ${close}.`,
      `If a filter pattern starts with '${open}' it must end with '${close}'`,
    );
  }
  return new Scanner(pattern, start + 1, end - 1);
}

function jsonReference(reference: string): ((message: string) => string | undefined) | undefined {
  const steps = parseSelector(reference);
  if (steps === undefined) return undefined;
  return (message) => {
    const [node] = JsonEvent.parse(message)?.select(steps) ?? [];
    return typeof node?.value === 'string' || typeof node?.value === 'number' ? node.text() : undefined;
  };
}
