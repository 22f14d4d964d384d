import { invalidCharacters } from './pattern-error.js';
import type { Scanner } from './scanner.js';

/** Tells whether a value, as its text and as its number if it is one, fits. */
export type Comparison = (text: () => string, number: number | undefined) => boolean;

const OPERATORS = ['!=', '<=', '>=', '=', '<', '>'] as const;
type Operator = (typeof OPERATORS)[number];

/** Whole or decimal, with a sign and an exponent if wanted: `-1`, `55.5`, `1e+3`. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Values that need no quotes: letters, digits and `_`, the wildcard, and what numbers and host names are made of. */
const UNQUOTED = /[\p{L}\p{N}_*.+-]+/uy;

/** The number that a text is, as a numeric comparison sees it. */
export function numberOf(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}

/** Reads an operator, or answers undefined when none comes next. */
export function takeOperator(scanner: Scanner): Operator | undefined {
  return OPERATORS.find((operator) => scanner.take(operator));
}

/** Reads the value behind `operator` and puts both together. */
export function takeComparison(scanner: Scanner, operator: Operator): Comparison {
  scanner.skipSpace();
  const at = scanner.position;
  if (operator === '=' || operator === '!=') {
    const equals = takeEquality(scanner);
    return operator === '=' ? equals : (text, number) => !equals(text, number);
  }
  if (scanner.next === '"') scanner.takeQuoted();
  const number = numberOf(scanner.takeMatch(UNQUOTED));
  if (number === undefined) {
    const hint = `A number comes behind ${operator}, for example ${operator} 500.`;
    if (scanner.position === at) throw scanner.failAtNext(hint);
    throw invalidCharacters(scanner.text, { from: at, to: scanner.position }, hint);
  }
  switch (operator) {
    case '<':
      return (_, value) => value !== undefined && value < number;
    case '<=':
      return (_, value) => value !== undefined && value <= number;
    case '>':
      return (_, value) => value !== undefined && value > number;
    case '>=':
      return (_, value) => value !== undefined && value >= number;
  }
}

function takeEquality(scanner: Scanner): Comparison {
  if (scanner.next === '"') return textEquals(scanner.takeQuoted());
  if (scanner.next === '%') {
    const expression = scanner.takeRegularExpression();
    return (text) => expression.test(text());
  }
  const token = scanner.takeMatch(UNQUOTED);
  if (token === '') {
    throw scanner.failAtNext(
      'A value comes here: a word, a number, "text in quotes" or a %regular expression%.',
    );
  }
  const wanted = numberOf(token);
  const equalsText = textEquals(token);
  if (wanted === undefined) return equalsText;
  return (text, number) => (number === undefined ? equalsText(text, number) : number === wanted);
}

/** Equality with a text in which each `*` stands for any characters, or none. */
function textEquals(wanted: string): Comparison {
  const [first = '', ...middle] = wanted.split('*');
  const last = middle.pop();
  if (last === undefined) return (text) => text() === wanted;
  return (value) => {
    const text = value();
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
      return false;
    const end = text.length - last.length;
    let from = first.length;
    // The leftmost place of each piece leaves the most room for those behind it.
    for (const piece of middle) {
      const at = text.indexOf(piece, from);
      if (at === -1 || at + piece.length > end) return false;
      from = at + piece.length;
    }
    return true;
  };
}
