import type { Segment } from './segment.js';

/** Where more than one event in so many has the text, looking for it beforehand saves nothing. */
const EVENTS_FOR_EACH_FOUND = 8;

/**
 * A text that is looked for in the bytes of stored events, before any of them becomes a string. Each segment is searched once,
 * which takes well under a millisecond.
 */
export class TextSearch {
  readonly #text: Buffer;
  /** Of each segment how many events it had when it was searched, and the slots of those that have the text. */
  readonly #found = new Map<
    Segment,
    { readonly count: number; readonly slots: ReadonlySet<number> | undefined }
  >();

  constructor(text: string) {
    this.#text = Buffer.from(text);
  }

  /** Whether the event of a slot may have the text. */
  mayBeIn(segment: Segment, slot: number): boolean {
    let found = this.#found.get(segment);
    if (found?.count !== segment.count) {
      const slots = segment.slotsWith(this.#text, segment.count / EVENTS_FOR_EACH_FOUND);
      found = { count: segment.count, slots };
      this.#found.set(segment, found);
    }
    return found.slots?.has(slot) ?? true;
  }
}
