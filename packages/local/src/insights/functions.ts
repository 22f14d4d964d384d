import { compareValues, isTrue, numberOf, Time, textOf, truth, type Value } from './value.js';

/** A function of a query: how many arguments it takes, and what it answers for their values. */
interface QueryFunction {
  readonly least: number;
  readonly most: number;
  readonly answer: (...values: Value[]) => Value;
}

const numeric = (calculate: (number: number) => number): QueryFunction => ({
  least: 1,
  most: 1,
  answer: (value) => {
    const number = numberOf(value);
    return number === undefined ? undefined : finite(calculate(number));
  },
});

const textual = (change: (text: string) => Value): QueryFunction => ({
  least: 1,
  most: 1,
  answer: (value) => {
    const text = textOf(value);
    return text === undefined ? undefined : change(text);
  },
});

const trimming = (side: 'start' | 'end' | 'both'): QueryFunction => ({
  least: 1,
  most: 2,
  answer: (value, characters) => {
    const text = textOf(value);
    if (text === undefined) return undefined;
    const set = textOf(characters) ?? ' \t\n\r';
    let [from, to] = [0, text.length];
    if (side !== 'end') while (from < to && set.includes(text.charAt(from))) from += 1;
    if (side !== 'start') while (to > from && set.includes(text.charAt(to - 1))) to -= 1;
    return text.slice(from, to);
  },
});

const choosing = (wanted: 1 | -1): QueryFunction => ({
  least: 1,
  most: 100,
  answer: (...values) =>
    values.reduce((best, value) => {
      if (value === undefined || best === undefined) return best ?? value;
      return compareValues(value, best) * wanted > 0 ? value : best;
    }),
});

/** Names in lower case. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html */
export const FUNCTIONS: Readonly<Record<string, QueryFunction>> = {
  abs: numeric(Math.abs),
  ceil: numeric(Math.ceil),
  floor: numeric(Math.floor),
  log: numeric(Math.log),
  sqrt: numeric(Math.sqrt),
  greatest: choosing(1),
  least: choosing(-1),
  if: { least: 3, most: 3, answer: (condition, yes, no) => (isTrue(condition) ? yes : no) },
  ispresent: { least: 1, most: 1, answer: (value) => truth(value !== undefined) },
  isempty: { least: 1, most: 1, answer: (value) => truth(value === undefined || textOf(value) === '') },
  isblank: { least: 1, most: 1, answer: (value) => truth((textOf(value) ?? '').trim() === '') },
  coalesce: { least: 1, most: 100, answer: (...values) => values.find((value) => value !== undefined) },
  strlen: textual((text) => Array.from(text).length),
  toupper: textual((text) => text.toUpperCase()),
  tolower: textual((text) => text.toLowerCase()),
  ltrim: trimming('start'),
  rtrim: trimming('end'),
  trim: trimming('both'),
  concat: { least: 1, most: 100, answer: (...values) => values.map((value) => textOf(value) ?? '').join('') },
  strcontains: {
    least: 2,
    most: 2,
    answer: (value, part) => truth((textOf(value) ?? '').includes(textOf(part) ?? '\0')),
  },
  replace: {
    least: 3,
    most: 3,
    answer: (value, from, to) => textOf(value)?.replaceAll(textOf(from) ?? '', () => textOf(to) ?? ''),
  },
  substr: {
    least: 2,
    most: 3,
    answer: (value, start, length) => {
      const from = numberOf(start) ?? 0;
      return textOf(value)?.slice(from, length === undefined ? undefined : from + (numberOf(length) ?? 0));
    },
  },
  tomillis: { least: 1, most: 1, answer: (value) => numberOf(value) },
  frommillis: {
    least: 1,
    most: 1,
    answer: (value) => {
      const ms = numberOf(value);
      return ms === undefined ? undefined : new Time(ms);
    },
  },
};

/** The result of an operator between two numbers; missing when one is no number. */
export function calculate(operator: string, a: Value, b: Value): Value {
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x === undefined || y === undefined) return undefined;
  switch (operator) {
    case '+':
      return finite(x + y);
    case '-':
      return finite(x - y);
    case '*':
      return finite(x * y);
    case '/':
      return finite(x / y);
    case '%':
      return finite(x % y);
    default:
      return finite(x ** y);
  }
}

/** A missing value equals none and differs from all. */
export function compares(operator: string, a: Value, b: Value): boolean {
  if (a === undefined || b === undefined) return operator === '!=' && a !== b;
  const order = compareValues(a, b);
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

function finite(number: number): Value {
  return Number.isFinite(number) ? number : undefined;
}
