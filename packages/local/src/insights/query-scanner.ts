import { UnsupportedExpression } from './expression-syntax.js';
import { QueryError } from './query-error.js';
import { RegularExpression } from './regular-expression.js';

const NAME = /[A-Za-z_@][A-Za-z0-9_.@]*/y;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Reads a query from left to right. Spaces, line ends and comments from `#` to the end of a line stand between tokens. */
export class QueryScanner {
  readonly query: string;
  position = 0;

  constructor(query: string) {
    this.query = query;
    this.#skip();
  }

  get done(): boolean {
    return this.position >= this.query.length;
  }

  /** Moves behind a symbol when it comes next. */
  take(symbol: string): boolean {
    if (!this.query.startsWith(symbol, this.position)) return false;
    this.position += symbol.length;
    this.#skip();
    return true;
  }

  expect(symbol: string): void {
    if (!this.take(symbol)) throw this.unexpected(`expected ${symbol}, found`);
  }

  /** Moves behind a word, of any case, when it comes next. */
  takeWord(word: string): boolean {
    const next = this.#match(NAME);
    if (next.toLowerCase() !== word) return false;
    this.#advance(next.length);
    return true;
  }

  /** The name that comes next, as written; undefined when none does. Any characters can stand between backticks. */
  takeName(): string | undefined {
    if (this.query.charAt(this.position) === '`') {
      const close = this.query.indexOf('`', this.position + 1);
      if (close <= this.position + 1) throw this.unexpected('a name in backticks is not closed:');
      const name = this.query.slice(this.position + 1, close);
      this.#advance(close + 1 - this.position);
      return name;
    }
    return this.#take(NAME);
  }

  takeNumber(): number | undefined {
    const digits = this.#take(NUMBER);
    return digits === undefined ? undefined : Number(digits);
  }

  /** A number and the letters behind it, such as `5m`; both may have spaces between them. */
  takePeriod(): { readonly count: number; readonly unit: string } | undefined {
    const start = this.position;
    const count = this.takeNumber();
    const unit = count === undefined ? undefined : this.#take(/[A-Za-z]+/y);
    if (count !== undefined && unit !== undefined) return { count, unit };
    this.position = start;
    return undefined;
  }

  /** A text in single or double quotes. */
  takeText(): string | undefined {
    const quote = this.query.charAt(this.position);
    if (quote !== '"' && quote !== "'") return undefined;
    let text = '';
    for (let at = this.position + 1; at < this.query.length; at++) {
      const char = this.query.charAt(at);
      if (char === quote) {
        this.#advance(at + 1 - this.position);
        return text;
      }
      if (char === '\\' && at + 1 < this.query.length) at += 1;
      text += this.query.charAt(at);
    }
    throw this.unexpected('a text in quotes is not closed:');
  }

  /** An expression between slashes; `(?i)` at its beginning makes it ignore case. */
  takeRegularExpression(): RegularExpression | undefined {
    if (this.query.charAt(this.position) !== '/') return undefined;
    const start = this.position;
    const source = /\/((?:[^/\\\n]|\\.)*)\//y;
    source.lastIndex = start;
    const written = source.exec(this.query)?.[1];
    if (written === undefined) throw this.unexpected('a regular expression is not closed:');
    const ignoresCase = written.startsWith('(?i)');
    try {
      const expression = new RegularExpression(ignoresCase ? written.slice(4) : written, ignoresCase);
      this.#advance(written.length + 2);
      return expression;
    } catch (error) {
      const reason = error instanceof UnsupportedExpression ? `, ${error.message}` : '';
      const end = start + written.length + 2;
      throw new QueryError(this.query, start, end, `invalid regular expression${reason}`);
    }
  }

  /** The text from `start` to here, without the spaces around it. */
  since(start: number): string {
    return this.query.slice(start, this.position).trim();
  }

  /** The refusal of what comes next. */
  unexpected(reason = 'unexpected symbol found'): QueryError {
    const symbol = this.#match(NAME) || this.query.charAt(this.position);
    const found = symbol === '' ? 'the end' : symbol;
    return new QueryError(this.query, this.position, this.position + symbol.length, `${reason} ${found}`);
  }

  #match(sticky: RegExp): string {
    sticky.lastIndex = this.position;
    return sticky.exec(this.query)?.[0] ?? '';
  }

  #take(sticky: RegExp): string | undefined {
    const text = this.#match(sticky);
    if (text === '') return undefined;
    this.#advance(text.length);
    return text;
  }

  #advance(length: number): void {
    this.position += length;
    this.#skip();
  }

  #skip(): void {
    const space = /(?:\s|#[^\n]*)*/y;
    space.lastIndex = this.position;
    this.position += space.exec(this.query)?.[0].length ?? 0;
  }
}
