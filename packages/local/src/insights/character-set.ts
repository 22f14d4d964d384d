const ASCII = 128;
/** Characters beyond ASCII whose membership is remembered. */
const MAX_REMEMBERED = 4_096;

/** The characters that one element of a regular expression stands for, such as `a`, `.`, `\d` or `[^\p{L}]`. */
export class CharacterSet {
  readonly #expression: RegExp;
  readonly #ascii: Uint8Array;
  readonly #others = new Map<number, boolean>();

  private constructor(written: string, flags: string) {
    this.#expression = new RegExp(`^(?:${written})$`, flags);
    this.#ascii = Uint8Array.from({ length: ASCII }, (_, code) => (this.#contains(code) ? 1 : 0));
  }

  static readonly #made = new Map<string, CharacterSet>();

  /** The set of an element as an expression with these flags has it; the same one for the same text. */
  static of(written: string, flags: string): CharacterSet {
    const key = `${flags} ${written}`;
    let set = CharacterSet.#made.get(key);
    if (set === undefined) {
      set = new CharacterSet(written, flags);
      if (CharacterSet.#made.size >= MAX_REMEMBERED) CharacterSet.#made.clear();
      CharacterSet.#made.set(key, set);
    }
    return set;
  }

  has(code: number): boolean {
    if (code < ASCII) return this.#ascii[code] === 1;
    let has = this.#others.get(code);
    if (has === undefined) {
      has = this.#contains(code);
      if (this.#others.size >= MAX_REMEMBERED) this.#others.clear();
      this.#others.set(code, has);
    }
    return has;
  }

  #contains(code: number): boolean {
    return this.#expression.test(String.fromCodePoint(code));
  }
}
