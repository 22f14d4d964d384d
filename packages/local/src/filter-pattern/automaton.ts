/** Whether a character belongs to a set. `code` is one of ASCII, or `OTHER` for every other character. */
export type Symbols = (code: number) => boolean;

/** One element of a regular expression without groups. */
export type Item =
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'symbol'; readonly symbols: Symbols; readonly min: number; readonly max: number };

/** Stands for all characters beyond ASCII: no set tells them apart. */
const OTHER = 128;
/** Bounds the work for one character of a text. */
const MAX_STATES = 500;
/** Bounds the memory of one automaton; sets beyond it are made anew for each character. */
const MAX_REMEMBERED_SETS = 1_000;

interface State {
  readonly kind: 'symbol' | 'start' | 'end' | 'accept';
  /** By character: 1 when the state lets it pass. Empty for other kinds. */
  readonly passes: Uint8Array;
  /** Stays in this state as well when a character passes. */
  readonly loops: boolean;
  /** May be left out. */
  readonly optional: boolean;
}

/** A set of states that a text can be in, and where each class of characters leads from it. */
interface StateSet {
  readonly states: readonly number[];
  readonly accepts: boolean;
  /** Whether a text may end here; found out when one does. */
  acceptsAtEnd: boolean | undefined;
  readonly next: (StateSet | undefined)[];
}

/**
 * Looks for a regular expression without groups, by following all the states that it can be in at once: each character of
 * a text is looked at once. The sets of states are remembered, so that most characters cost one look-up.
 */
export class Automaton {
  readonly #states: readonly State[];
  readonly #initial: readonly number[];
  /** The class of each character: characters that no state tells apart share one. */
  readonly #classes: Uint8Array;
  /** One character of each class. */
  readonly #samples: readonly number[];
  readonly #sets = new Map<string, StateSet>();
  readonly #start: StateSet;
  /** By state: the number of the set that it was last added to, so that it is added once. */
  readonly #addedTo: Uint32Array;
  #setNumber = 0;

  private constructor(states: readonly State[], initial: readonly number[]) {
    this.#states = states;
    this.#initial = initial;
    this.#addedTo = new Uint32Array(states.length);
    const classes = new Map<string, number>();
    const samples: number[] = [];
    this.#classes = Uint8Array.from({ length: OTHER + 1 }, (_, code) => {
      const passing = states.flatMap((state, index) => (state.passes[code] === 1 ? [index] : [])).join();
      const known = classes.get(passing);
      if (known !== undefined) return known;
      classes.set(passing, samples.length);
      samples.push(code);
      return samples.length - 1;
    });
    this.#samples = samples;
    this.#start = this.#remember(this.#closure(initial, true, false));
  }

  /** Undefined when the repetitions add up to more states than are followed. */
  static of(alternatives: readonly (readonly Item[])[]): Automaton | undefined {
    const states: State[] = [];
    const initial: number[] = [];
    for (const items of alternatives) {
      initial.push(states.length);
      for (const item of items) {
        if (item.kind !== 'symbol') {
          states.push({ kind: item.kind, passes: new Uint8Array(), loops: false, optional: false });
          continue;
        }
        const { min, max } = item;
        const copies = max === Number.POSITIVE_INFINITY ? Math.max(min, 1) : max;
        if (states.length + copies > MAX_STATES) return undefined;
        const passes = Uint8Array.from({ length: OTHER + 1 }, (_, code) => (item.symbols(code) ? 1 : 0));
        for (let copy = 1; copy <= copies; copy++) {
          const loops = max === Number.POSITIVE_INFINITY && copy === copies;
          states.push({ kind: 'symbol', passes, loops, optional: copy > min });
        }
      }
      states.push({ kind: 'accept', passes: new Uint8Array(), loops: false, optional: false });
    }
    return new Automaton(states, initial);
  }

  findsIn(text: string): boolean {
    let set = this.#start;
    for (let index = 0; index < text.length; index++) {
      if (set.accepts) return true;
      let code = text.charCodeAt(index);
      if (code >= OTHER) {
        // Both halves of a surrogate pair are one character.
        if (code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) index += 1;
        code = OTHER;
      }
      const symbolClass = this.#classes[code] ?? 0;
      const next = set.next[symbolClass] ?? this.#step(set, symbolClass);
      set = next;
    }
    if (set.accepts) return true;
    set.acceptsAtEnd ??= this.#accepts(this.#closure(set.states, false, true));
    return set.acceptsAtEnd;
  }

  #step(from: StateSet, symbolClass: number): StateSet {
    const code = this.#samples[symbolClass] ?? 0;
    const reached: number[] = [];
    for (const index of from.states) {
      const state = this.#states[index];
      if (state?.passes[code] !== 1) continue;
      if (state.loops) reached.push(index);
      reached.push(index + 1);
    }
    // A match may begin at every character.
    for (const index of this.#initial) reached.push(index);
    const next = this.#remember(this.#closure(reached, false, false));
    from.next[symbolClass] = next;
    return next;
  }

  /** All states that are reached from `reached` without a character. */
  #closure(reached: readonly number[], atStart: boolean, atEnd: boolean): number[] {
    this.#setNumber += 1;
    const closure: number[] = [];
    for (let index of reached) {
      while (this.#addedTo[index] !== this.#setNumber) {
        const state = this.#states[index];
        if (state === undefined) break;
        this.#addedTo[index] = this.#setNumber;
        // A state that waits for the start never gets on from a later place.
        if (state.kind !== 'start' || atStart) closure.push(index);
        const goesOn =
          state.optional || (state.kind === 'start' && atStart) || (state.kind === 'end' && atEnd);
        if (!goesOn) break;
        index += 1;
      }
    }
    return closure;
  }

  #remember(states: number[]): StateSet {
    const remembers = this.#sets.size < MAX_REMEMBERED_SETS;
    const key = remembers ? states.sort((a, b) => a - b).join() : '';
    const known = this.#sets.get(key);
    if (known !== undefined) return known;
    const set: StateSet = { states, accepts: this.#accepts(states), acceptsAtEnd: undefined, next: [] };
    if (remembers) this.#sets.set(key, set);
    return set;
  }

  #accepts(states: readonly number[]): boolean {
    return states.some((index) => this.#states[index]?.kind === 'accept');
  }
}
