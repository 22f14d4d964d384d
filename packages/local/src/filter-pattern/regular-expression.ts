import { Automaton, type Item, type Symbols } from './automaton.js';
import { FilterPatternError, invalidCharacters } from './pattern-error.js';

/**
 * A regular expression of the filter-pattern language. Its alphabet is ASCII letters, digits, space, `: _ # = @ / ; , -` and
 * the operators `^ $ ? [ ] { } | \ * + .`; there are no groups. Source:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html (its own example has spaces).
 */
const LITERAL = /[A-Za-z0-9 :_#=@/;,-]/;
const OPERATOR = /[\^$?[\]{}|\\*+.]/;

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isWord = (code: number): boolean =>
  isDigit(code) || code === 95 || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
/** Tab, line feed, vertical tab, form feed, carriage return, space. */
const isSpace = (code: number): boolean => (code >= 9 && code <= 13) || code === 32;

const CLASSES: Readonly<Record<string, Symbols>> = {
  d: isDigit,
  D: (code) => !isDigit(code),
  s: isSpace,
  S: (code) => !isSpace(code),
  w: isWord,
  W: (code) => !isWord(code),
};

const ANY: Symbols = () => true;
const same =
  (wanted: number): Symbols =>
  (code) =>
    code === wanted;

/** Finds a regular expression anywhere in a text, in time that grows with the length of the text alone. */
export class RegularExpression {
  readonly #automaton: Automaton;

  /** Reads `pattern` from `start` to before `end`; positions in errors are those of the whole pattern. */
  constructor(pattern: string, start: number, end: number) {
    const parser = new Parser(pattern, start, end);
    const automaton = Automaton.of(parser.alternatives());
    if (automaton === undefined) {
      throw new FilterPatternError(start, 'The repetitions of this regular expression add up to too many.');
    }
    this.#automaton = automaton;
  }

  test(text: string): boolean {
    return this.#automaton.findsIn(text);
  }
}

class Parser {
  readonly #pattern: string;
  readonly #end: number;
  #position: number;

  constructor(pattern: string, start: number, end: number) {
    this.#pattern = pattern;
    this.#position = start;
    this.#end = end;
  }

  alternatives(): Item[][] {
    const alternatives = [this.#sequence()];
    while (this.#take('|')) alternatives.push(this.#sequence());
    return alternatives;
  }

  #sequence(): Item[] {
    const items: Item[] = [];
    while (this.#position < this.#end && this.#char !== '|') items.push(this.#item());
    if (items.length === 0) throw this.#fail('Something to match is missing here.');
    return items;
  }

  #item(): Item {
    if (this.#take('^')) return { kind: 'start' };
    if (this.#take('$')) return { kind: 'end' };
    const symbols = this.#symbols();
    return { kind: 'symbol', symbols, ...this.#repetition() };
  }

  #symbols(): Symbols {
    const char = this.#char;
    if (char === '[') return this.#characterClass();
    if (char === '\\') return this.#escaped();
    if (char === '.') {
      this.#position += 1;
      return ANY;
    }
    if (LITERAL.test(char)) {
      this.#position += 1;
      return same(char.charCodeAt(0));
    }
    if (OPERATOR.test(char)) throw this.#fail(`Put a backslash before ${char} to match it as it is.`);
    throw this.#unsupported();
  }

  /** Behind a backslash: an operator or a symbol as it is, a class such as `\d`, or two hexadecimal digits behind `\x`. */
  #escaped(): Symbols {
    this.#position += 1;
    const char = this.#char;
    const named = CLASSES[char];
    if (named !== undefined) {
      this.#position += 1;
      return named;
    }
    if (char === 'x') {
      const digits = this.#pattern.slice(this.#position + 1, Math.min(this.#position + 3, this.#end));
      if (!/^[0-7][0-9A-Fa-f]$/.test(digits)) {
        throw this.#fail('Two hexadecimal digits of an ASCII character come behind \\x, for example \\x28.');
      }
      this.#position += 3;
      return same(Number.parseInt(digits, 16));
    }
    if (OPERATOR.test(char) || (LITERAL.test(char) && !/[A-Za-z0-9]/.test(char))) {
      this.#position += 1;
      return same(char.charCodeAt(0));
    }
    if (/[A-Za-z0-9]/.test(char) || char === '') {
      throw this.#fail(
        'Behind a backslash come d, D, s, S, w, W, x and two digits, an operator or a symbol.',
      );
    }
    throw this.#unsupported();
  }

  #characterClass(): Symbols {
    const open = this.#position;
    this.#position += 1;
    const negated = this.#take('^');
    const members: Symbols[] = [];
    while (!this.#take(']')) {
      if (this.#position >= this.#end) throw this.#fail('This [ is never closed.', open);
      members.push(this.#member());
    }
    if (members.length === 0) throw this.#fail('A character class cannot be empty.', open);
    return (code) => members.some((member) => member(code)) !== negated;
  }

  /** A character, a range or a class such as `\d` within brackets, where operators other than `[ ] \ ^` are literal. */
  #member(): Symbols {
    const at = this.#position;
    const low = this.#memberSymbols();
    const isRange = this.#char === '-' && this.#charAfter !== ']' && this.#position + 1 < this.#end;
    if (!isRange) return low.symbols;
    this.#position += 1;
    const high = this.#memberSymbols();
    if (low.code === undefined || high.code === undefined || high.code < low.code) {
      throw this.#fail('A range goes from a character to one that is not before it.', at);
    }
    const [from, to] = [low.code, high.code];
    return (code) => code >= from && code <= to;
  }

  /** `code` is missing for a class such as `\d`, which cannot be an end of a range. */
  #memberSymbols(): { readonly symbols: Symbols; readonly code: number | undefined } {
    const char = this.#char;
    if (char === '\\') {
      const from = this.#position;
      const symbols = this.#escaped();
      const escaped = this.#pattern.slice(from + 1, this.#position);
      if (CLASSES[escaped] !== undefined) return { symbols, code: undefined };
      const code = escaped.length === 3 ? Number.parseInt(escaped.slice(1), 16) : escaped.charCodeAt(0);
      return { symbols, code };
    }
    if (char === '[') throw this.#fail('Put a backslash before [ to match it as it is.');
    if (!LITERAL.test(char) && !OPERATOR.test(char)) throw this.#unsupported();
    this.#position += 1;
    const code = char.charCodeAt(0);
    return { symbols: same(code), code };
  }

  #repetition(): { readonly min: number; readonly max: number } {
    let repetition = { min: 1, max: 1 };
    const at = this.#position;
    if (this.#take('?')) repetition = { min: 0, max: 1 };
    else if (this.#take('+')) repetition = { min: 1, max: Number.POSITIVE_INFINITY };
    else if (this.#take('*')) {
      repetition = { min: 0, max: Number.POSITIVE_INFINITY };
      // `.*?` is a lazy `.*` elsewhere and an optional one by the letter; both find the same texts.
      this.#take('?');
    } else if (this.#take('{')) repetition = this.#counts(at);
    if (this.#position > at && /[?*+{]/.test(this.#char)) throw this.#fail('Nothing here can be repeated.');
    return repetition;
  }

  #counts(open: number): { readonly min: number; readonly max: number } {
    const close = this.#pattern.indexOf('}', this.#position);
    const counts = close === -1 || close >= this.#end ? '' : this.#pattern.slice(this.#position, close);
    const match = /^(\d*)(?:(, ?)(\d*))?$/.exec(counts);
    const [, least = '', comma, most = ''] = match ?? [];
    if (least === '' && most === '') {
      throw this.#fail('Counts look like {3}, {3,5}, {3,} or {,5}; match { itself by \\{.', open);
    }
    this.#position = close + 1;
    const min = Number(least);
    const max = comma === undefined ? min : most === '' ? Number.POSITIVE_INFINITY : Number(most);
    if (max < min) throw this.#fail('The second count must not be smaller than the first.', open);
    return { min, max };
  }

  get #char(): string {
    return this.#position < this.#end ? this.#pattern.charAt(this.#position) : '';
  }

  get #charAfter(): string {
    return this.#position + 1 < this.#end ? this.#pattern.charAt(this.#position + 1) : '';
  }

  #take(char: string): boolean {
    if (this.#char !== char) return false;
    this.#position += 1;
    return true;
  }

  #fail(hint: string, position = this.#position): FilterPatternError {
    return new FilterPatternError(position, hint);
  }

  #unsupported(): FilterPatternError {
    const char = String.fromCodePoint(this.#pattern.codePointAt(this.#position) ?? 0);
    const code = char.charCodeAt(0);
    const hint =
      code < 128
        ? `Regular expressions cannot hold ${char} here; write \\x${code.toString(16).toUpperCase().padStart(2, '0')} to match it.`
        : 'Regular expressions cannot hold characters other than ASCII; a dot matches any of them.';
    const from = this.#position;
    return invalidCharacters(this.#pattern, { from, to: from + char.length }, hint);
  }
}
