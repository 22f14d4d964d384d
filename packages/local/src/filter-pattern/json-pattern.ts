import { type Comparison, takeComparison, takeOperator } from './comparison.js';
import { type Predicate, takeExpression } from './expression.js';
import { JsonEvent, type JsonNode, type Step } from './json-event.js';
import { FilterPatternError, invalidCharacters } from './pattern-error.js';
import { Scanner } from './scanner.js';

/** Wildcards in one selector, and in a whole pattern. */
const MAX_WILDCARDS_IN_SELECTOR = 1;
const MAX_WILDCARDS = 3;

const PROPERTY = /[A-Za-z0-9_-]+/y;
const INDEX = /\d{1,9}(?=\])/y;
const WORD = /[A-Za-z]+/y;

/** Reads a pattern in braces, for messages that are JSON objects, such as `{ $.status >= 500 && $.user.id NOT EXISTS }`. */
export function takeJsonPattern(scanner: Scanner): Predicate<string> {
  let wildcards = 0;
  const takeCondition = (): Predicate<JsonEvent> => {
    const at = scanner.position;
    const steps = takeSelector(scanner);
    wildcards += steps.filter(isWildcard).length;
    if (wildcards > MAX_WILDCARDS) {
      throw scanner.fail(`A pattern holds at most ${MAX_WILDCARDS} wildcards in its selectors.`, at);
    }
    return takeTest(scanner, steps);
  };
  const matches = takeExpression(scanner, takeCondition, true);
  scanner.skipSpace();
  if (!scanner.done) throw scanner.failAtNext('Conditions are joined by && or ||.');
  return (message) => {
    const event = JsonEvent.parse(message);
    return event !== undefined && matches(event);
  };
}

/** Reads a selector that stands alone, as in the value of a metric: `$.latency`. Undefined when it is none. */
export function parseSelector(text: string): readonly Step[] | undefined {
  const scanner = new Scanner(text);
  try {
    const steps = takeSelector(scanner);
    return scanner.done ? steps : undefined;
  } catch (error) {
    if (error instanceof FilterPatternError) return undefined;
    throw error;
  }
}

function isWildcard(step: Step): boolean {
  return step.kind === 'every-property' || step.kind === 'every-element';
}

/** `$.name`, `$.name[0]`, `$.name[*].other`, `$.*`, `$.['na.me']` */
function takeSelector(scanner: Scanner): Step[] {
  const start = scanner.position;
  const steps: Step[] = [];
  if (!scanner.take('$'))
    throw scanner.failAtNext('A condition starts with a selector, for example $.status.');
  for (;;) {
    if (scanner.take('.')) steps.push(takeProperty(scanner, start));
    else if (steps.length > 0 && scanner.take('[')) steps.push(takeElement(scanner));
    else break;
  }
  if (steps.length === 0)
    throw scanner.failAtNext('A property comes behind the dollar sign, for example $.status.');
  if (steps.filter(isWildcard).length > MAX_WILDCARDS_IN_SELECTOR) {
    throw scanner.fail('A selector holds at most one wildcard.', start);
  }
  return steps;
}

function takeProperty(scanner: Scanner, start: number): Step {
  if (scanner.take('*')) return { kind: 'every-property' };
  if (scanner.take("['")) {
    const close = scanner.text.indexOf("']", scanner.position);
    if (close <= scanner.position) throw scanner.fail("A name in brackets looks like $.['na.me'].");
    const name = scanner.text.slice(scanner.position, close);
    scanner.position = close + 2;
    return { kind: 'property', name };
  }
  const name = scanner.takeMatch(PROPERTY);
  if (name !== '') return { kind: 'property', name };
  const hint =
    "Names hold letters, digits, - and _; write others in brackets and single quotes, for example $.['na.me'].";
  if (scanner.next === '' || /\s/.test(scanner.next)) throw scanner.fail(hint);
  const { position } = scanner;
  throw invalidCharacters(scanner.text, { from: start, to: position + scanner.next.length, position }, hint);
}

function takeElement(scanner: Scanner): Step {
  if (scanner.take('*]')) return { kind: 'every-element' };
  const index = scanner.takeMatch(INDEX);
  if (index === '') throw scanner.failAtNext('An index counted from 0, or *, comes in brackets.');
  scanner.take(']');
  return { kind: 'element', index: Number(index) };
}

/** The condition behind a selector: a comparison, or `IS NULL`, `IS TRUE`, `IS FALSE`, `NOT EXISTS`. */
function takeTest(scanner: Scanner, steps: readonly Step[]): Predicate<JsonEvent> {
  scanner.skipSpace();
  const operator = takeOperator(scanner);
  if (operator !== undefined) {
    const fits = comparing(takeComparison(scanner, operator));
    return (event) => event.select(steps).some(fits);
  }
  const at = scanner.position;
  const first = scanner.takeMatch(WORD);
  scanner.skipSpace();
  const words = `${first} ${scanner.takeMatch(WORD)}`;
  switch (words) {
    case 'IS NULL':
      return (event) => event.select(steps).some(({ value }) => value === null);
    case 'IS TRUE':
      return (event) => event.select(steps).some(({ value }) => value === true);
    case 'IS FALSE':
      return (event) => event.select(steps).some(({ value }) => value === false);
    case 'NOT EXISTS':
      return (event) => event.select(steps).length === 0;
    default: {
      scanner.position = at;
      const hint =
        'Behind a selector come = != < <= > >= and a value, IS NULL, IS TRUE, IS FALSE or NOT EXISTS.';
      throw first === '' ? scanner.failAtNext(hint) : scanner.fail(hint);
    }
  }
}

/** Only strings and numbers are compared: to other values neither `=` nor `!=` applies. */
function comparing(comparison: Comparison): (node: JsonNode) => boolean {
  return ({ value, text }) => {
    if (typeof value === 'number') return comparison(text, value);
    return typeof value === 'string' && comparison(text, undefined);
  };
}
