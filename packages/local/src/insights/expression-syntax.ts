import { CharacterSet } from './character-set.js';

/** A part of a regular expression. */
export type Element =
  | { readonly kind: 'character'; readonly set: CharacterSet }
  | { readonly kind: 'assert'; readonly holds: (text: string, at: number) => boolean }
  | { readonly kind: 'sequence'; readonly items: readonly Element[] }
  | { readonly kind: 'choice'; readonly options: readonly Element[] }
  | { readonly kind: 'group'; readonly number: number; readonly item: Element }
  | {
      readonly kind: 'repeat';
      readonly item: Element;
      readonly min: number;
      readonly max: number;
      readonly lazy: boolean;
    };

/** An expression that JavaScript takes and this does not. */
export class UnsupportedExpression extends Error {
  override readonly name = 'UnsupportedExpression';
}

/** Groups in groups; a parser that calls itself needs stack for each. */
const MAX_DEPTH = 200;
/** More than any text is long, and than a program can have. */
const MAX_COUNT = 10_000;

const isWordAt = (text: string, at: number): boolean => /^\w$/.test(text.charAt(at));
const isBoundary = (text: string, at: number): boolean => isWordAt(text, at - 1) !== isWordAt(text, at);

const ASSERTIONS: Readonly<Record<string, (text: string, at: number) => boolean>> = {
  '^': (_, at) => at === 0,
  $: (text, at) => at === text.length,
  '\\b': isBoundary,
  '\\B': (text, at) => !isBoundary(text, at),
};

/** One character, or a set of them, as it is written. */
const CHARACTER =
  /\[(?:[^\]\\]|\\.)*\]|\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[dD][89abAB]..\\u[dD][c-fC-F]..|u....|x..|c.|.)|./suy;
const QUANTIFIER = /(?:([*+?])|\{(\d+)(,?)(\d*)\})(\??)/y;
const OPENING = /\((?:\?:|\?<([\p{ID_Start}$_][\p{ID_Continue}$]*)>)?/uy;

/** The parts of an expression that JavaScript takes with the flag `u`, which leaves little to be checked. */
export class ExpressionSyntax {
  readonly tree: Element;
  /** The numbers of groups by their names. */
  readonly groups = new Map<string, number>();
  groupCount = 0;
  readonly #source: string;
  readonly #flags: string;
  #at = 0;
  #depth = 0;

  /** @throws UnsupportedExpression */
  constructor(source: string, flags: string) {
    this.#source = source;
    this.#flags = flags;
    this.tree = this.#choice();
  }

  #choice(): Element {
    const options = [this.#sequence()];
    while (this.#take('|')) options.push(this.#sequence());
    return { kind: 'choice', options };
  }

  #sequence(): Element {
    const items: Element[] = [];
    while (this.#at < this.#source.length && !'|)'.includes(this.#source.charAt(this.#at))) {
      items.push(this.#repeated(this.#atom()));
    }
    return { kind: 'sequence', items };
  }

  #repeated(item: Element): Element {
    QUANTIFIER.lastIndex = this.#at;
    const [written, symbol, least, comma, most, lazy] = QUANTIFIER.exec(this.#source) ?? [];
    if (written === undefined) return item;
    this.#at += written.length;
    const range = { '*': [0, Number.POSITIVE_INFINITY], '+': [1, Number.POSITIVE_INFINITY], '?': [0, 1] };
    const limit = most === '' ? Number.POSITIVE_INFINITY : Number(most);
    const [min = 0, max = 0] =
      symbol === undefined
        ? [Number(least), comma === '' ? Number(least) : limit]
        : range[symbol as keyof typeof range];
    if (min > MAX_COUNT || (max > MAX_COUNT && max !== Number.POSITIVE_INFINITY)) {
      throw new UnsupportedExpression('its repetitions add up to too many');
    }
    return { kind: 'repeat', item, min, max, lazy: lazy !== '' };
  }

  #atom(): Element {
    for (const [written, holds] of Object.entries(ASSERTIONS)) {
      if (this.#take(written)) return { kind: 'assert', holds };
    }
    if (this.#source.charAt(this.#at) === '(') return this.#group();
    CHARACTER.lastIndex = this.#at;
    const [written = ''] = CHARACTER.exec(this.#source) ?? [];
    if (/^\\[1-9k]/.test(written)) throw new UnsupportedExpression('back references are not emulated');
    this.#at += written.length;
    return { kind: 'character', set: CharacterSet.of(written, this.#flags) };
  }

  #group(): Element {
    OPENING.lastIndex = this.#at;
    const [opening = '(', name] = OPENING.exec(this.#source) ?? [];
    if (opening === '(' && this.#source.charAt(this.#at + 1) === '?') {
      throw new UnsupportedExpression('lookarounds and modifiers are not emulated');
    }
    if (this.#depth === MAX_DEPTH) throw new UnsupportedExpression('it has too many groups in groups');
    this.#depth += 1;
    this.#at += opening.length;
    const captures = opening !== '(?:';
    if (captures) this.groupCount += 1;
    const number = this.groupCount;
    if (name !== undefined) this.groups.set(name, number);
    const item = this.#choice();
    this.#take(')');
    this.#depth -= 1;
    return captures ? { kind: 'group', number, item } : item;
  }

  #take(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}
