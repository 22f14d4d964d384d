import type { Predicate } from './expression.js';
import type { Scanner } from './scanner.js';

/** The terms of a pattern that was read. */
interface Terms {
  readonly matches: Predicate<string>;
  /** A text that every message has that matches, where one is known. */
  readonly text?: string | undefined;
}

/** Letters, digits and underscores need no quotes. */
const WORD = /[\p{L}\p{N}_]+/uy;

/**
 * Reads a pattern for messages of any form: terms (`ERROR`), phrases (`"not found"`) and regular expressions
 * (`%4[0-9]{2}%`) that must all be there, alternatives (`?a ?b`) and exclusions (`-debug`), all case sensitive.
 */
export function takeTerms(scanner: Scanner): Terms {
  const required: Predicate<string>[] = [];
  let longest: string | undefined;
  const alternatives: Predicate<string>[] = [];
  const excluded: Predicate<string>[] = [];
  scanner.skipSpace();
  while (!scanner.done) {
    if (scanner.take('?')) alternatives.push(takeTerm(scanner).matches);
    else if (scanner.take('-')) {
      // The guide of the service writes one of its examples with a space behind the minus sign.
      scanner.skipSpace();
      excluded.push(takeTerm(scanner).matches);
    } else {
      const { matches, text = '' } = takeTerm(scanner);
      required.push(matches);
      if (text.length > (longest?.length ?? 0)) longest = text;
    }
    const end = scanner.position;
    scanner.skipSpace();
    if (scanner.position === end && !scanner.done) throw scanner.failAtNext(QUOTE);
  }
  // Alternatives count only when they stand alone: beside other terms the service ignores them.
  if (required.length === 0 && excluded.length === 0) {
    return { matches: (message) => alternatives.some((term) => term(message)) };
  }
  return {
    matches: (message) => {
      return required.every((term) => term(message)) && !excluded.some((term) => term(message));
    },
    text: longest,
  };
}

const QUOTE = 'Put terms with other characters than letters, digits and _ in double quotes.';

function takeTerm(scanner: Scanner): Terms {
  if (scanner.next === '%') {
    const expression = scanner.takeRegularExpression();
    return { matches: (message) => expression.test(message) };
  }
  const text = scanner.next === '"' ? scanner.takeQuoted() : takeWord(scanner);
  return { matches: (message) => message.includes(text), text };
}

function takeWord(scanner: Scanner): string {
  const word = scanner.takeMatch(WORD);
  if (word === '') throw scanner.failAtNext(QUOTE);
  return word;
}
