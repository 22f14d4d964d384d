import type { CharacterSet } from './character-set.js';
import { type Element, ExpressionSyntax, UnsupportedExpression } from './expression-syntax.js';

/** Instructions that an expression may have: each character of a text costs at most as many steps. */
const MAX_INSTRUCTIONS = 2_000;

/** One step of the machine that follows all ways through an expression at once. */
type Instruction =
  | { readonly kind: 'character'; readonly set: CharacterSet }
  /** Two ways, the preferred one first. */
  | { readonly kind: 'split'; first: number; second: number }
  | { readonly kind: 'jump'; to: number }
  /** Remembers the place, as the beginning or the end of a group. */
  | { readonly kind: 'save'; readonly slot: number }
  | { readonly kind: 'assert'; readonly holds: (text: string, at: number) => boolean }
  | { readonly kind: 'match' };

/**
 * A regular expression of JavaScript, in the mode of the flags `s` and `u`, that takes time in proportion to the length of a
 * text, whoever wrote it: `(a+)+$` would keep an endpoint from its puts for ever otherwise. Lookarounds and back references
 * cannot be had that way.
 */
export class RegularExpression {
  /** Names of its groups. */
  readonly names: readonly string[];
  readonly #program: readonly Instruction[];
  readonly #slots: number;
  readonly #groups: ReadonlyMap<string, number>;
  /** By ASCII character: 1 where a match may begin with it. Undefined when it may be empty. */
  readonly #beginnings: Uint8Array | undefined;
  /** By instruction: the number of the round in which it was last added. */
  readonly #added: Uint32Array;
  #round = 0;

  /** @throws SyntaxError, UnsupportedExpression */
  constructor(source: string, ignoresCase: boolean) {
    // Whatever JavaScript refuses is refused, and what comes behind may rely on it.
    new RegExp(source, ignoresCase ? 'isu' : 'su');
    const parser = new ExpressionSyntax(source, ignoresCase ? 'isu' : 'su');
    const program: Instruction[] = [];
    emit(parser.tree, program);
    program.push({ kind: 'match' });
    this.#program = program;
    this.#groups = parser.groups;
    this.#slots = 2 * (parser.groupCount + 1);
    this.names = [...parser.groups.keys()];
    this.#added = new Uint32Array(this.#program.length);
    this.#beginnings = beginningsOf(this.#program);
  }

  test(text: string): boolean {
    return this.#run(text, false) !== undefined;
  }

  /** The named groups of the first match, those that took part in it; undefined when nothing matches. */
  groupsIn(text: string): ReadonlyMap<string, string> | undefined {
    const slots = this.#run(text, true);
    if (slots === undefined) return undefined;
    const found = new Map<string, string>();
    for (const [name, group] of this.#groups) {
      const [from = -1, to = -1] = [slots[2 * group], slots[2 * group + 1]];
      if (from >= 0 && to >= 0) found.set(name, text.slice(from, to));
    }
    return found;
  }

  /** The places of the groups of the first match. Without `saves` only whether there is one. */
  #run(text: string, saves: boolean): Int32Array | undefined {
    const none = new Int32Array(saves ? this.#slots : 0).fill(-1);
    let matched: Int32Array | undefined;
    let threads: Thread[] = [];
    for (let at = 0; ; ) {
      if (threads.length === 0) {
        if (matched !== undefined) return matched;
        at = this.#nextBeginning(text, at);
      }
      this.#round += 1;
      const ready: Thread[] = [];
      for (const thread of threads) this.#follow(ready, thread.at, text, at, thread.slots);
      // A match that begins here comes after those that began before.
      if (matched === undefined) this.#follow(ready, 0, text, at, none);
      const code = text.codePointAt(at);
      const next: Thread[] = [];
      for (const thread of ready) {
        const instruction = this.#program[thread.at];
        if (instruction?.kind === 'match') {
          if (!saves) return thread.slots;
          matched = thread.slots;
          // Those behind it are preferred less.
          break;
        }
        if (instruction?.kind === 'character' && code !== undefined && instruction.set.has(code)) {
          next.push({ at: thread.at + 1, slots: thread.slots });
        }
      }
      if (code === undefined) return matched;
      threads = next;
      at += code > 0xffff ? 2 : 1;
    }
  }

  #nextBeginning(text: string, from: number): number {
    const beginnings = this.#beginnings;
    let at = from;
    if (beginnings === undefined) return at;
    while (at < text.length && beginnings[text.charCodeAt(at)] === 0) at += 1;
    return at;
  }

  /** Adds the characters and matches that are reached from an instruction without a character, in order of preference. */
  #follow(ready: Thread[], start: number, text: string, at: number, slots: Int32Array): void {
    const waiting: Thread[] = [{ at: start, slots }];
    for (let thread = waiting.pop(); thread !== undefined; thread = waiting.pop()) {
      if (this.#added[thread.at] === this.#round) continue;
      this.#added[thread.at] = this.#round;
      const instruction = this.#program[thread.at];
      switch (instruction?.kind) {
        case 'jump':
          waiting.push({ at: instruction.to, slots: thread.slots });
          break;
        case 'split':
          waiting.push({ at: instruction.second, slots: thread.slots });
          waiting.push({ at: instruction.first, slots: thread.slots });
          break;
        case 'save': {
          let saved = thread.slots;
          if (saved.length > 0) {
            saved = saved.slice();
            saved[instruction.slot] = at;
          }
          waiting.push({ at: thread.at + 1, slots: saved });
          break;
        }
        case 'assert':
          if (instruction.holds(text, at)) waiting.push({ at: thread.at + 1, slots: thread.slots });
          break;
        default:
          ready.push(thread);
      }
    }
  }
}

/** One way through the expression: the next instruction, and the places of groups on the way there. */
interface Thread {
  readonly at: number;
  readonly slots: Int32Array;
}

function beginningsOf(program: readonly Instruction[]): Uint8Array | undefined {
  const beginnings = new Uint8Array(128);
  const seen = new Set<number>();
  const waiting = [0];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const instruction = program[at];
    switch (instruction?.kind) {
      case 'jump':
        waiting.push(instruction.to);
        break;
      case 'split':
        waiting.push(instruction.first, instruction.second);
        break;
      case 'character':
        for (let code = 0; code < 128; code++) if (instruction.set.has(code)) beginnings[code] = 1;
        break;
      case 'match':
        return undefined;
      default:
        waiting.push(at + 1);
    }
  }
  return beginnings;
}

/** Adds the instructions of an element, which lead on to what is added behind them. */
function emit(element: Element, program: Instruction[]): void {
  if (program.length >= MAX_INSTRUCTIONS) {
    throw new UnsupportedExpression('its repetitions add up to too many');
  }
  switch (element.kind) {
    case 'character':
    case 'assert':
      program.push(element);
      break;
    case 'sequence':
      for (const item of element.items) emit(item, program);
      break;
    case 'choice':
      emitChoice(element.options, program);
      break;
    case 'group':
      program.push({ kind: 'save', slot: 2 * element.number });
      emit(element.item, program);
      program.push({ kind: 'save', slot: 2 * element.number + 1 });
      break;
    case 'repeat':
      emitRepetition(element, program);
  }
}

function emitChoice(options: readonly Element[], program: Instruction[]): void {
  const ends: (Instruction & { kind: 'jump' })[] = [];
  for (const [index, option] of options.entries()) {
    if (index === options.length - 1) {
      emit(option, program);
      break;
    }
    const split: Instruction = { kind: 'split', first: program.length + 1, second: 0 };
    program.push(split);
    emit(option, program);
    const end: Instruction & { kind: 'jump' } = { kind: 'jump', to: 0 };
    program.push(end);
    ends.push(end);
    split.second = program.length;
  }
  for (const end of ends) end.to = program.length;
}

function emitRepetition(
  { item, lazy, max, min }: Element & { kind: 'repeat' },
  program: Instruction[],
): void {
  for (let count = 0; count < min; count++) emit(item, program);
  const splits: number[] = [];
  const optional = max === Number.POSITIVE_INFINITY ? 1 : max - min;
  for (let count = 0; count < optional; count++) {
    splits.push(program.length);
    program.push({ kind: 'split', first: 0, second: 0 });
    emit(item, program);
    if (max === Number.POSITIVE_INFINITY) program.push({ kind: 'jump', to: splits[0] ?? 0 });
  }
  for (const at of splits) {
    const split = program[at];
    if (split?.kind !== 'split') continue;
    split.first = lazy ? program.length : at + 1;
    split.second = lazy ? at + 1 : program.length;
  }
}
