import { FilterPatternError, invalidCharacters } from './pattern-error.js';
import { RegularExpression } from './regular-expression.js';

/** Regular expressions that one pattern may hold. */
const MAX_REGULAR_EXPRESSIONS = 2;

/** Reads a pattern from left to right. Every `fail*` method makes the error and leaves it to the caller to throw it. */
export class Scanner {
  readonly text: string;
  position: number;
  /** Regular expressions read so far. */
  regularExpressions = 0;
  readonly #end: number;

  /** Reads `text` from `start` to before `end`. Positions are those of the whole text. */
  constructor(text: string, start = 0, end = text.length) {
    this.text = text;
    this.position = start;
    this.#end = end;
  }

  get done(): boolean {
    return this.position >= this.#end;
  }

  /** The next character, `''` at the end. */
  get next(): string {
    return this.done ? '' : String.fromCodePoint(this.text.codePointAt(this.position) ?? 0);
  }

  skipSpace(): void {
    while (!this.done && /\s/.test(this.text.charAt(this.position))) this.position += 1;
  }

  /** Moves behind `literal` when it comes next. */
  take(literal: string): boolean {
    if (!this.text.startsWith(literal, this.position) || this.position + literal.length > this.#end)
      return false;
    this.position += literal.length;
    return true;
  }

  /** Moves behind what `sticky`, a regular expression with the flag `y`, matches here, and answers it, or `''`. */
  takeMatch(sticky: RegExp): string {
    sticky.lastIndex = this.position;
    const match = sticky.exec(this.text)?.[0] ?? '';
    const taken = match.slice(0, this.#end - this.position);
    this.position += taken.length;
    return taken;
  }

  /** The text between double quotes, of which the first comes next. A backslash takes the character behind it as it is. */
  takeQuoted(): string {
    const open = this.position;
    let text = '';
    this.position += 1;
    while (!this.done) {
      const char = this.text.charAt(this.position);
      this.position += 1;
      if (char === '"') return text;
      if (char !== '\\') {
        text += char;
      } else if (!this.done) {
        text += this.text.charAt(this.position);
        this.position += 1;
      }
    }
    throw this.fail('This double quote is never closed.', open);
  }

  /** The regular expression between percent signs, of which the first comes next. */
  takeRegularExpression(): RegularExpression {
    const open = this.position;
    const close = this.text.indexOf('%', open + 1);
    if (close === -1 || close >= this.#end) {
      throw invalidCharacters(
        this.text,
        { from: open, to: open + 1 },
        'A regular expression starts and ends with %, for example %4[0-9]{2}%.',
      );
    }
    this.regularExpressions += 1;
    if (this.regularExpressions > MAX_REGULAR_EXPRESSIONS) {
      throw this.fail(`A pattern holds at most ${MAX_REGULAR_EXPRESSIONS} regular expressions.`, open);
    }
    this.position = close + 1;
    return new RegularExpression(this.text, open + 1, close);
  }

  fail(hint: string, position = this.position): FilterPatternError {
    return new FilterPatternError(position, hint);
  }

  /** Names the next character, or says that the pattern ends too early. */
  failAtNext(hint: string): FilterPatternError {
    const { next, position } = this;
    if (next === '') return this.fail(hint);
    return invalidCharacters(this.text, { from: position, to: position + next.length }, hint);
  }
}
