import type { Batch } from '../../batch/batch.js';
import type { PutExtra } from '../../cloudwatch/endpoint.js';
import type { Outcome } from '../../cloudwatch/outcome.js';
import type { PutFailure, Target } from '../../cloudwatch/sink.js';
import { forPeople } from '../../text/for-people.js';
import type { PublisherParts } from '../publisher-parts.js';
import type { StreamQueue } from '../queue/stream-queue.js';
import { Refusals } from './refusals.js';
import type { StreamTrouble } from './stream-trouble.js';

type Refused = Extract<Outcome, { kind: 'refused' }>;

/** The stream whose batches are refused. */
export interface RefusedStream {
  readonly target: Target;
  readonly queue: StreamQueue;
  /** Whether only what was put before may be put. */
  readonly isHeld: boolean;
}

type Context = Pick<PublisherParts, 'endpoint' | 'settlement'>;

/** A batch that was refused, and what has become of it: its parts that are not settled, in their order. */
interface Search {
  /** Searches that began before it have lower ones. */
  readonly number: number;
  parts: Batch[];
  wasSplit: boolean;
  /** Whether every refusal was for the size; undefined before the first. */
  isForSize: boolean | undefined;
  /** Bytes of the largest part that was stored. */
  largestStored: number;
  /** Single events of it that were tried while everything is held. */
  tries: number;
}

interface Suspect {
  readonly answer: Refused;
  readonly failure: PutFailure;
}

/** Events that are tried alone while everything is held. */
const MOST_SUSPECTS = 64;
const ALL_EXTRAS: readonly PutExtra[] = ['gzip', 'emf'];
/** The golden ratio spreads places over a batch, however many there are. */
const SPREAD = 0.618034;

/** The facts that there are once anything was refused on a stream. */
class Found {
  readonly refusals = new Refusals();
  /** By each of its parts. */
  readonly searches = new Map<Batch, Search>();
  /** Refusals before the put of a batch began. */
  readonly begun = new WeakMap<Batch, number>();
  /** Single events that were refused. */
  readonly suspects = new Map<Batch, Suspect>();
  /** {@link Refusals.passes} when a batch, or that of which it is one half, was refused. */
  readonly passesThen = new WeakMap<Batch, number>();
  /** A batch that is tried without the extras which its put had. */
  withoutExtras:
    | { readonly batch: Batch; readonly left: readonly PutExtra[]; readonly said: string }
    | undefined;
  /** Lets go of what is held. */
  release: (() => void) | undefined;
  probes = 0;
  begunSearches = 0;
}

/** Carries out what {@link Refusals} decides: halves batches, sets suspects aside, holds everything, and joins it again. */
export class RefusedBatches {
  readonly #context: Context;
  readonly #stream: RefusedStream;
  readonly #trouble: StreamTrouble;
  /** Undefined until anything was refused, as on most streams nothing ever is. */
  #found: Found | undefined;

  constructor(stream: RefusedStream, context: Context, trouble: StreamTrouble) {
    this.#stream = stream;
    this.#context = context;
    this.#trouble = trouble;
  }

  /** Whether puts go one at a time, to find out what is refused. */
  get isSearching(): boolean {
    const found = this.#found;
    return found !== undefined && (found.searches.size > 0 || found.refusals.phase !== 'none');
  }

  /** Whether everything is held and nothing waits that could show whether an event is to blame. */
  get lacksOthers(): boolean {
    return this.#found?.refusals.phase === 'holding' && !this.#hasOthers;
  }

  /** Extras of the options that a batch goes without. */
  extrasLeftOut(batch: Batch): readonly PutExtra[] {
    return this.#found?.withoutExtras?.batch === batch ? ALL_EXTRAS : this.#context.endpoint.refusedExtras;
  }

  /** The next batch to put, as small as the search and the endpoint ask for. */
  next(): Batch | undefined {
    const found = this.#found;
    const phase = found?.refusals.phase ?? 'none';
    const batch = phase === 'holding' ? this.#probe() : this.#take(phase === 'suspecting');
    if (batch) found?.begun.set(batch, found.refusals.begin());
    return batch;
  }

  /** A batch was refused. It is not in the queue. */
  refused(batch: Batch, answer: Refused, failure: PutFailure): void {
    const { queue } = this.#stream;
    const { endpoint } = this.#context;
    const { sentWith = [] } = failure;
    const found = this.#known;
    if (found.withoutExtras?.batch === batch) found.withoutExtras = undefined;
    else if (sentWith.length > 0 && endpoint.tryWithout()) {
      found.withoutExtras = { batch, left: sentWith, said: failure.message };
      queue.live.putBack(batch);
      return;
    }
    const { refusals, suspects, passesThen } = found;
    const search = this.#searchFor(batch);
    search.isForSize = answer.isTooLarge && search.isForSize !== false;
    const verdict = refusals.refused({
      length: batch.length,
      passesThen: passesThen.get(batch),
      hasNeighbour: this.#hasOthers,
      isKnown: endpoint.holdsOthers(this.#answerKey(failure)),
    });
    const { passes } = refusals;
    passesThen.set(batch, passes);
    if (batch.length === 1) suspects.set(batch, { answer, failure });
    switch (verdict) {
      case 'halve':
        for (const half of this.#split(batch, batch.length >> 1).reverse()) {
          passesThen.set(half, passes);
          queue.live.putBack(half);
        }
        break;
      case 'suspect':
        queue.aside.push(batch);
        break;
      case 'poison':
        this.#giveUp(batch, 0);
        break;
      case 'hold':
        this.#hold(batch, failure);
        break;
    }
  }

  /** A batch was stored. */
  stored(batch: Batch): void {
    const { queue } = this.#stream;
    const { endpoint } = this.#context;
    const found = this.#found;
    if (!found) return;
    if (found.withoutExtras?.batch === batch) {
      const { left, said } = found.withoutExtras;
      found.withoutExtras = undefined;
      const named = left.filter((extra) => NAMES[extra].test(said));
      const off = named.length > 0 ? named : left;
      endpoint.leaveOut(off);
      this.#trouble.warnings.extrasRefused(off, said);
    }
    const search = found.searches.get(batch);
    // What is stored as a whole shows nothing of what is too large.
    if (search?.wasSplit) search.largestStored = Math.max(search.largestStored, batch.bytes);
    this.#forget(batch);
    switch (found.refusals.passed(found.begun.get(batch) ?? 0)) {
      case 'poison':
        // One by one: what is told of one must find the others in their place.
        for (let one = queue.aside.shift(); one; one = queue.aside.shift()) this.#giveUp(one, batch.bytes);
        break;
      case 'resume':
        found.release?.();
        found.release = undefined;
        for (const held of queue.aside.splice(0).reverse()) queue.live.putBack(held);
        break;
    }
  }

  /** Nothing is put any more. */
  end(): void {
    this.#found?.release?.();
    if (this.#found) this.#found.release = undefined;
  }

  /** The facts of what was refused, from now on. */
  get #known(): Found {
    this.#found ??= new Found();
    return this.#found;
  }

  #take(isSuspecting: boolean): Batch | undefined {
    const { queue } = this.#stream;
    const { endpoint } = this.#context;
    const batch = (this.#hasOthers ? queue.take(isSuspecting) : undefined) ?? queue.aside.shift();
    if (!batch || batch.length <= 1) return batch;
    batch.freeze();
    if (batch.history.unanswered > 0) return batch; // only as it was put a token tells whether it is stored
    if (isSuspecting) {
      this.#searchFor(batch); // so that it is joined again should that be needed
      return this.#front(batch, 1);
    }
    if (batch.bytes > endpoint.maxBytes) return this.#front(batch, batch.countWithin(endpoint.maxBytes));
    return batch;
  }

  /** Whether anything may be put that is not set aside. */
  get #hasOthers(): boolean {
    const { queue, isHeld } = this.#stream;
    return isHeld ? queue.startsWithResend : queue.hasOthers;
  }

  /** One put of the slow schedule: a newer batch, or one event out of what is held, each time from another place. */
  #probe(): Batch | undefined {
    const { queue } = this.#stream;
    const known = this.#known;
    const { suspects } = known;
    const probe = known.probes++;
    const isNewersTurn = probe % 2 === 1 || queue.aside.every(({ length }) => length === 1);
    if (this.#hasOthers && isNewersTurn) {
      const newer = queue.take(true);
      if (newer) return newer;
    }
    // First those that were not refused alone yet: once anything passes, the others are judged, each with one put.
    const untried = queue.aside.filter((one) => !suspects.has(one));
    const some = untried.length > 0 && suspects.size < MOST_SUSPECTS ? untried : queue.aside;
    const held = some[(probe >> 1) % some.length];
    if (!held) return undefined;
    queue.aside.splice(queue.aside.indexOf(held), 1);
    if (held.length === 1) return held;
    const index = placeToTry(held, this.#searchFor(held).tries++);
    const [before, rest] = index > 0 ? this.#split(held, index) : [undefined, held];
    const [event, after] = rest.length > 1 ? this.#split(rest, 1) : [rest, undefined];
    queue.aside.push(...[before, after].filter((part) => part !== undefined));
    return event;
  }

  /** Everything that was refused is whole again, and waits apart from the queue. */
  #hold(batch: Batch, failure: PutFailure): void {
    const { queue } = this.#stream;
    const { endpoint } = this.#context;
    const known = this.#known;
    const { searches, suspects } = known;
    queue.aside.push(batch);
    for (const search of new Set(searches.values())) this.#join(search);
    // In the order in which they were refused, which is that in which they were logged.
    const place = (one: Batch) => this.#searchFor(one).number + (suspects.has(one) ? 0 : 0.5);
    queue.aside.sort((a, b) => place(a) - place(b));
    if (!known.release) {
      // What only one event met may be that event's fault: no reason for other streams to expect it.
      const isAlone = searches.size <= 1 && queue.aside[0]?.length === 1;
      const answer = this.#answerKey(failure);
      known.release = isAlone ? () => {} : endpoint.holds(answer);
      this.#trouble.warnings.allRefused(failure);
    }
    this.#trouble.rest.afterFailure('slow', 0);
  }

  /** The parts of a search are one batch again, but for the events that were refused alone. */
  #join(search: Search): void {
    const { queue } = this.#stream;
    const { searches, suspects } = this.#known;
    const parts = search.parts.filter((part) => !suspects.has(part) && this.#takeOut(part));
    if (parts.length === 0) return;
    const joined = parts.length > 1 ? this.#context.settlement.joined(parts) : parts[0];
    queue.aside.push(joined);
    search.parts = [...search.parts.filter((part) => !parts.includes(part)), joined];
    if (parts.length === 1) return;
    for (const part of parts) searches.delete(part);
    searches.set(joined, search);
  }

  /** @returns whether the batch was waiting */
  #takeOut(batch: Batch): boolean {
    const { aside, live } = this.#stream.queue;
    const at = aside.indexOf(batch);
    if (at >= 0) aside.splice(at, 1);
    return at >= 0 || live.remove(batch);
  }

  /** The event is dropped: others got through. */
  #giveUp(batch: Batch, storedBytes: number): void {
    const { searches, suspects } = this.#known;
    const suspect = suspects.get(batch);
    const search = searches.get(batch);
    if (search) search.isForSize = false; // of the event, not of the batch
    this.#forget(batch);
    if (!suspect) return;
    const { answer, failure } = suspect;
    const isOversize = answer.isTooLarge && batch.bytes > storedBytes;
    this.#context.settlement.refused(
      this.#stream.target,
      batch,
      isOversize ? 'oversize' : 'poison',
      answer.reason,
      failure,
    );
  }

  /** Takes some events from the front of a batch that was taken from the queue. */
  #front(batch: Batch, events: number): Batch {
    if (events >= batch.length) return batch;
    const { queue } = this.#stream;
    const [front, rest] = this.#split(batch, events);
    queue.putEnded(batch);
    queue.live.putBack(rest);
    return front;
  }

  #split(batch: Batch, index: number): [Batch, Batch] {
    const parts = batch.splitAt(index);
    const searches = this.#found?.searches;
    const search = searches?.get(batch);
    if (searches && search) {
      search.parts = search.parts.flatMap((part) => (part === batch ? parts : [part]));
      search.wasSplit = true;
      searches.delete(batch);
      for (const part of parts) searches.set(part, search);
    }
    this.#context.settlement.parted(batch, parts);
    return parts;
  }

  #searchFor(batch: Batch): Search {
    const found = this.#known;
    const known = found.searches.get(batch);
    if (known) return known;
    const search: Search = {
      number: ++found.begunSearches,
      parts: [batch],
      wasSplit: false,
      isForSize: undefined,
      largestStored: 0,
      tries: 0,
    };
    found.searches.set(batch, search);
    return search;
  }

  #forget(batch: Batch): void {
    const { searches, suspects } = this.#known;
    suspects.delete(batch);
    const search = searches.get(batch);
    if (!search) return;
    searches.delete(batch);
    search.parts = search.parts.filter((part) => part !== batch);
    if (search.parts.length > 0 || !search.isForSize || search.largestStored === 0) return;
    this.#context.endpoint.takesBatchesOf(search.largestStored);
  }

  #answerKey({ status, name, message }: PutFailure): string {
    return `${status ?? ''} ${name} ${forPeople(message)}`;
  }
}

const NAMES: Record<PutExtra, RegExp> = { gzip: /content-encoding|gzip|compress/i, emf: /logs-format|emf/i };

/**
 * Which event to try: each time one from another place. Before those of its own time that were logged before it, it would be
 * read before them; where all have one time they are tried one after the other.
 */
function placeToTry(batch: Batch, turn: number): number {
  const place = Math.floor((((turn + 1) * SPREAD) % 1) * batch.length);
  let first = place;
  while (first > 0 && batch.timestampAt(first - 1) === batch.timestampAt(place)) first--;
  return first > 0 ? first : turn % batch.length;
}
