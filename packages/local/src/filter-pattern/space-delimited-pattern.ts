import { type Comparison, numberOf, takeComparison, takeOperator } from './comparison.js';
import { type Predicate, takeExpression } from './expression.js';
import type { Scanner } from './scanner.js';

const NAME = /[A-Za-z0-9_-]+/y;

interface Field {
  /** Undefined for a field that is only counted. */
  readonly name: string | undefined;
  readonly fits: Predicate<string> | undefined;
}

/** A part of a message: a word, or what brackets or double quotes hold together. */
interface Part {
  readonly text: string;
  readonly start: number;
}

const SPACE = /\s*/y;
const WORD = /\S+/y;

/**
 * A pattern in brackets, for messages whose parts have a fixed order, such as `[ip, ..., status = 4* && status != 404, size]`.
 * Without an ellipsis the last field takes all that is left of the message.
 */
export class SpaceDelimitedPattern {
  readonly #before: readonly Field[];
  /** Fields behind the ellipsis, counted from the end of a message. Undefined when there is no ellipsis. */
  readonly #behind: readonly Field[] | undefined;

  constructor(scanner: Scanner) {
    const fields: Field[] = [];
    let ellipsis: number | undefined;
    do {
      scanner.skipSpace();
      const at = scanner.position;
      if (scanner.take('...')) {
        if (ellipsis !== undefined) throw scanner.fail('A pattern holds one ellipsis.', at);
        ellipsis = fields.length;
      } else fields.push(takeField(scanner));
      scanner.skipSpace();
    } while (scanner.take(','));
    if (!scanner.done) throw scanner.failAtNext('Fields are separated by commas.');
    this.#before = ellipsis === undefined ? fields : fields.slice(0, ellipsis);
    this.#behind = ellipsis === undefined ? undefined : fields.slice(ellipsis);
  }

  get fieldNames(): string[] {
    return [...this.#before, ...(this.#behind ?? [])].flatMap(({ name }) => name ?? []);
  }

  matches(message: string): boolean {
    return this.#assign(message) !== undefined;
  }

  /** The values of the fields, by `$` and their name or, for one without a name, its place counted from 1. */
  extract(message: string): Record<string, string> {
    const assigned = this.#assign(message) ?? [];
    return Object.fromEntries(
      assigned.map(({ name, text }, index) => [`$${name ?? index + 1}`, text] as const),
    );
  }

  /** Undefined when the message has too few parts, or one does not fit. */
  #assign(message: string): { readonly name: string | undefined; readonly text: string }[] | undefined {
    const before = this.#before;
    const behind = this.#behind ?? [];
    const takesRest = this.#behind === undefined;
    const parts = split(message, takesRest ? before.length + 1 : Number.POSITIVE_INFINITY);
    if (parts.length < before.length + behind.length) return undefined;
    const last = parts[before.length - 1];
    if (takesRest && last !== undefined && parts.length > before.length) {
      parts.splice(before.length - 1, 2, { text: message.slice(last.start).trimEnd(), start: last.start });
    }
    const assigned: { readonly name: string | undefined; readonly text: string }[] = [];
    for (const [index, { text }] of parts.entries()) {
      const field = before[index] ?? behind[index - (parts.length - behind.length)];
      if (field?.fits?.(text) === false) return undefined;
      assigned.push({ name: field?.name, text });
    }
    return assigned;
  }
}

/** The first parts of a message, `most` of them. */
function split(message: string, most: number): Part[] {
  const parts: Part[] = [];
  // Where the last of them is: behind it nothing is closed any more, and need not be searched for again and again.
  const lastBracket = message.lastIndexOf(']');
  const lastQuote = message.lastIndexOf('"');
  let at = 0;
  while (parts.length < most) {
    at += takeAt(SPACE, message, at).length;
    const first = message.charAt(at);
    if (first === '') return parts;
    let close = -1;
    if (first === '[' && at < lastBracket) close = message.indexOf(']', at);
    else if (first === '"' && at < lastQuote) close = message.indexOf('"', at + 1);
    if (close === -1) {
      const text = takeAt(WORD, message, at);
      parts.push({ text, start: at });
      at += text.length;
    } else {
      parts.push({ text: message.slice(at + 1, close), start: at });
      at = close + 1;
    }
  }
  return parts;
}

function takeAt(sticky: RegExp, message: string, at: number): string {
  sticky.lastIndex = at;
  return sticky.exec(message)?.[0] ?? '';
}

/** A name with or without conditions on it, or nothing for a field that is only counted. */
function takeField(scanner: Scanner): Field {
  const start = scanner.position;
  const name = scanner.takeMatch(NAME);
  if (name === '') {
    if (!scanner.done && scanner.next !== ',')
      throw scanner.failAtNext('A field has a name, or is left empty.');
    return { name: undefined, fits: undefined };
  }
  scanner.skipSpace();
  if (scanner.done || scanner.next === ',') return { name, fits: undefined };
  scanner.position = start;
  const takeCondition = (): Predicate<string> => {
    const at = scanner.position;
    const subject = scanner.takeMatch(NAME);
    if (subject === '') throw scanner.failAtNext(`The name of the field, ${name}, comes here.`);
    if (subject !== name) throw scanner.fail(`Conditions on ${name} hold for no other field.`, at);
    scanner.skipSpace();
    const operator = takeOperator(scanner);
    if (operator === undefined)
      throw scanner.failAtNext('Behind a field come = != < <= > >= and a value, or a comma.');
    return comparing(takeComparison(scanner, operator));
  };
  return { name, fits: takeExpression(scanner, takeCondition, false) };
}

function comparing(comparison: Comparison): Predicate<string> {
  return (text) => comparison(() => text, numberOf(text));
}
