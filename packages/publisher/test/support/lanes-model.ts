import {
  leftByProcess,
  NEVER_PUT,
  ofPart,
  type PutHistory,
  type PutToken,
} from '../../src/batch/put-history.ts';
import type { Outcome } from '../../src/cloudwatch/outcome.ts';
import { type Concluded, type EndpointTokens, Lanes } from '../../src/stream/lanes.ts';
import { BatchLine } from '../../src/stream/queue/batch-line.ts';
import { SequenceToken } from '../../src/stream/sequence-token.ts';

// One stream of one endpoint, the network, and processes that put on it with the product's own decisions (`Lanes`,
// `SequenceToken`, `BatchLine` and the past of a batch), in steps that chance chooses.

export interface Scenario {
  /** How the endpoint takes tokens. */
  readonly tokens: TokenRule | readonly [TokenRule, TokenRule];
  /** With two rules: one after the other, or another one for each request. */
  readonly changes?: 'once' | 'by request';
  /** Chances in a step. */
  readonly lost?: number;
  readonly late?: number;
  readonly throttled?: number;
  readonly crashes?: number;
  readonly deleted?: number;
  /** Somebody else deletes the stream, and makes it anew. */
  readonly replaced?: number;
  readonly rival?: number;
  readonly poison?: number;
  /** Every event has the same text. */
  readonly equalTexts?: boolean;
  /** The stream is not there, and the process makes it; it is there, and empty; or somebody else put there before. */
  readonly stream?: 'new' | 'empty' | 'used';
}

/**
 * `enforced`: as AWS did. `fresh-lax`: an unused stream takes any token. `counter`: tokens are numbers that begin anew with a
 * stream. `parsed`: a token that was never given out is an invalid parameter. `supplied`: only a token that is there is checked.
 */
export type TokenRule = 'enforced' | 'ignored' | 'fresh-lax' | 'counter' | 'parsed' | 'supplied';

/** What is wrong in a mutant. */
export interface Mutation {
  readonly lanes?: (lanes: Lanes<ModelBatch>, token: SequenceToken) => void;
  readonly start?: (batch: ModelBatch, carried: PutToken, token: SequenceToken) => PutToken;
  readonly conclude?: (
    batch: ModelBatch,
    carried: PutToken,
    said: Outcome,
    done: Concluded,
    token: SequenceToken,
  ) => Concluded;
  readonly mayOverlap?: boolean;
  readonly notesInAnyOrder?: boolean;
}

export interface Verdict {
  readonly lost: number;
  readonly duplicated: number;
  readonly counted: number;
  readonly outOfOrder: number;
  readonly isStuck: boolean;
  /** Most puts under way together. */
  readonly mostTogether: number;
}

interface ModelEvent {
  readonly id: number;
  readonly timestamp: number;
  readonly isPoison: boolean;
}

export interface ModelBatch {
  history: PutHistory;
  place: number | undefined;
  readonly events: readonly ModelEvent[];
  readonly earliest: number;
  readonly latest: number;
}

interface Note {
  readonly token: PutToken;
  readonly unanswered: number;
}

interface Request {
  readonly batch: ModelBatch;
  readonly carried: PutToken;
  /** The process that waits for the answer. */
  readonly process: Process;
  readonly fate: 'answered' | 'lost before' | 'lost after' | 'late' | 'throttled' | 'unavailable';
  answer: Outcome | undefined;
  isApplied: boolean;
  isConcluded: boolean;
}

const LOST: Outcome = {
  kind: 'retry',
  schedule: 'fast',
  advice: 'unreachable',
  retryAfterMs: 0,
  ambiguous: true,
};
const THROTTLED: Outcome = { ...LOST, schedule: 'slow', advice: 'throttled', ambiguous: false };
const UNAVAILABLE: Outcome = { ...LOST, schedule: 'slow', advice: 'service' };
const REFUSED = { kind: 'refused', reason: 'InvalidParameterException' } as Outcome;

class ModelStream {
  readonly stored: ModelEvent[] = [];
  next: string | null = null;
  last: { readonly token: string | null; readonly text: string } | undefined;
}

class Process {
  readonly token = new SequenceToken('auto');
  readonly endpoint: EndpointTokens = { enforcesTokens: false };
  readonly lanes: Lanes<ModelBatch>;
  readonly line = new BatchLine<ModelBatch>();
  /** What an earlier process was about to put; goes first, one at a time. */
  readonly resends: ModelBatch[] = [];
  isResting = false;
  isFailing = false;
  isPreparing = false;
  hasPut = false;
  places = 0;

  constructor(random: () => number, { lanes }: Mutation) {
    this.lanes = new Lanes(this.token, { endpoint: this.endpoint, mostPuts: 4, random });
    lanes?.(this.lanes, this.token);
  }
}

export class LanesModel {
  readonly #scenario: Scenario;
  readonly #mutation: Mutation;
  readonly #random: () => number;
  #stream: ModelStream | undefined;
  readonly #streams: ModelStream[] = [];
  #rule: TokenRule;
  #given = new Set<string>();
  #tokens = 0;
  #process: Process;
  readonly #network: Request[] = [];
  /** Batches that are not settled, with the newest note on disk. */
  readonly #unsettled = new Map<ModelBatch, Note | undefined>();
  readonly #settled = new Set<number>();
  readonly #poison = new Set<number>();
  #events = 0;
  #time = 1;
  #counted = 0;
  #isCalm = false;
  #mostTogether = 0;

  constructor(scenario: Scenario, random: () => number, mutation: Mutation = {}) {
    this.#scenario = scenario;
    this.#mutation = mutation;
    this.#random = random;
    this.#rule = typeof scenario.tokens === 'string' ? scenario.tokens : scenario.tokens[0];
    if (scenario.stream !== 'new') this.#stream = this.#newStream();
    if (scenario.stream === 'used') this.#rivalPuts();
    this.#process = new Process(random, mutation);
  }

  run(steps = 60): Verdict {
    for (let step = 0; step < steps; step++) this.#step();
    this.#isCalm = true;
    let left = 2000;
    while ((this.#unsettled.size > 0 || this.#network.length > 0) && left > 0) {
      left--;
      this.#step();
    }
    return this.#verdict(left === 0);
  }

  #step(): void {
    const { crashes = 0, deleted = 0, replaced = 0, rival = 0, tokens } = this.#scenario;
    if (!this.#isCalm) {
      if (this.#chance(0.5)) this.#log();
      // Where nothing is stored, the next process cannot tell its own first put from a twin: that is not claimed.
      if (this.#stream?.next && this.#chance(crashes)) this.#crash();
      if (this.#chance(deleted)) this.#stream = undefined;
      if (this.#chance(replaced)) this.#stream = this.#newStream();
      if (this.#chance(rival)) this.#rivalPuts();
      if (typeof tokens !== 'string' && this.#scenario.changes === 'once' && this.#chance(0.03)) {
        this.#rule = tokens[1];
      }
    }
    const process = this.#process;
    if (this.#chance(0.4)) process.isResting = false;
    if (process.isPreparing && this.#chance(0.4)) this.#create(process);
    for (let tries = 0; tries < 3; tries++) if (this.#chance(0.6)) this.#start(process);
    for (let count = this.#between(0, 2); count > 0; count--) this.#moveOne();
  }

  #log(): void {
    const count = this.#between(1, 3);
    const events: ModelEvent[] = [];
    for (let i = 0; i < count; i++) {
      if (this.#chance(0.75)) this.#time++;
      const isPoison = this.#chance(this.#scenario.poison ?? 0);
      if (isPoison) this.#poison.add(this.#events + 1);
      events.push({ id: ++this.#events, timestamp: this.#time, isPoison });
    }
    const batch = batchOf(events, NEVER_PUT);
    this.#unsettled.set(batch, undefined);
    this.#process.line.push(batch);
  }

  #start(process: Process): void {
    const { lanes, line, resends, token } = process;
    const first = line.peek();
    const isResend = resends.length > 0 && first?.place === undefined;
    const next = isResend ? resends[0] : first;
    if (!next || process.isResting || process.isPreparing) return;
    const isAlone = process.isFailing || resends.length > 0;
    const seen = this.#mutation.mayOverlap ? { ...next, earliest: Number.NaN, latest: Number.NaN } : next;
    if (!lanes.mayStart({ ...seen, isComplete: true }, isAlone)) return;
    if (isResend) resends.shift();
    else line.shift();
    next.place ??= process.places;
    process.places += next.events.length;
    let carried = lanes.start(next);
    carried = this.#mutation.start?.(next, carried, token) ?? carried;
    this.#unsettled.set(next, { token: carried, unanswered: next.history.unanswered });
    this.#mostTogether = Math.max(this.#mostTogether, lanes.underWay.size);
    this.#network.push({
      batch: next,
      carried,
      process,
      fate: this.#chooseFate(),
      answer: undefined,
      isApplied: false,
      isConcluded: false,
    });
  }

  #chooseFate(): Request['fate'] {
    if (this.#isCalm) return 'answered';
    const { lost = 0, late = 0, throttled = 0 } = this.#scenario;
    if (this.#chance(lost)) return this.#chance(0.5) ? 'lost before' : 'lost after';
    if (this.#chance(late)) return 'late';
    if (this.#chance(throttled)) return this.#chance(0.5) ? 'throttled' : 'unavailable';
    return 'answered';
  }

  /** A request arrives, or its answer, or the process gives it up. */
  #moveOne(): void {
    if (this.#network.length === 0) return;
    const at = this.#between(0, this.#network.length - 1);
    const request = this.#network[at];
    const { fate } = request;
    if (fate === 'late' && !request.isConcluded) {
      this.#conclude(request, LOST);
    } else if (!request.isApplied) {
      request.isApplied = true;
      if (fate === 'throttled') request.answer = THROTTLED;
      else if (fate === 'lost before') request.answer = LOST;
      else if (fate === 'unavailable' && this.#chance(0.5)) request.answer = UNAVAILABLE;
      else {
        const answer = this.#apply(request.batch, request.carried.value);
        if (fate === 'unavailable') request.answer = UNAVAILABLE;
        else request.answer = fate === 'lost after' ? LOST : answer;
      }
    } else if (request.answer && !request.isConcluded) this.#conclude(request, request.answer);
    if (request.isApplied && request.isConcluded) this.#network.splice(at, 1);
  }

  /** The endpoint takes a put. */
  #apply({ events }: ModelBatch, token: string | null): Outcome {
    const { tokens, changes, equalTexts } = this.#scenario;
    const stream = this.#stream;
    if (!stream) return { kind: 'missing', group: false };
    let rule = this.#rule;
    if (typeof tokens !== 'string' && changes === 'by request') rule = tokens[this.#between(0, 1)];
    if (rule === 'parsed' && token !== null && !this.#given.has(token)) return REFUSED;
    if (events.some(({ isPoison }) => isPoison)) return REFUSED;
    const text = equalTexts ? 'same'.repeat(events.length) : events.map(({ id }) => id).join();
    const isChecked =
      rule !== 'ignored' &&
      !(rule === 'fresh-lax' && stream.next === null) &&
      !(rule === 'supplied' && token === null);
    if (isChecked) {
      if (stream.last?.token === token && stream.last.text === text) {
        return { kind: 'already-accepted', next: stream.next };
      }
      if (stream.next !== token) return { kind: 'conflict', expected: stream.next };
    }
    stream.stored.push(...events);
    this.#advance(stream, token, text);
    return { kind: 'delivered', next: stream.next ?? undefined, rejected: [] };
  }

  #advance(stream: ModelStream, token: string | null, text: string): void {
    stream.last = { token, text };
    stream.next = this.#rule === 'counter' ? `${Number(stream.next ?? 0) + 1}` : `t${++this.#tokens}`;
    this.#given.add(stream.next);
  }

  #rivalPuts(): void {
    if (this.#stream) this.#advance(this.#stream, this.#stream.next, `rival ${this.#tokens}`);
  }

  #conclude(request: Request, said: Outcome): void {
    request.isConcluded = true;
    const { process, batch, carried } = request;
    if (process !== this.#process) return; // nobody is there any more to hear it
    const { lanes, line, token } = process;
    const done = lanes.concluded(batch, said);
    const { outcome, possibleCopies } = this.#mutation.conclude?.(batch, carried, said, done, token) ?? done;
    this.#counted += possibleCopies * batch.events.length;
    switch (outcome.kind) {
      case 'delivered':
      case 'already-accepted':
        process.isFailing = false;
        process.hasPut = true;
        this.#settle(batch);
        break;
      case 'conflict':
      case 'again':
        line.putBack(batch);
        break;
      case 'missing':
        line.putBack(batch);
        process.isPreparing = true;
        break;
      case 'retry':
        line.putBack(batch);
        process.isFailing = true;
        process.isResting = true;
        break;
      case 'refused':
        this.#halve(process, batch);
        break;
    }
  }

  #halve({ line }: Process, batch: ModelBatch): void {
    this.#unsettled.delete(batch);
    if (batch.events.length === 1) {
      this.#settled.add(batch.events[0].id);
      return;
    }
    const middle = batch.events.length >> 1;
    for (const [from, to] of [
      [0, middle],
      [middle, batch.events.length],
    ]) {
      const half = batchOf(batch.events.slice(from, to), ofPart(batch.history));
      if (batch.place !== undefined) half.place = batch.place + from;
      this.#unsettled.set(half, undefined);
      line.putBack(half);
    }
  }

  #settle(batch: ModelBatch): void {
    this.#unsettled.delete(batch);
    for (const { id } of batch.events) this.#settled.add(id);
  }

  #create(process: Process): void {
    process.isPreparing = false;
    if (this.#stream) return;
    this.#stream = this.#newStream();
    process.token.created();
  }

  /** The process dies; the next one knows what was noted, and nothing that was learned. */
  #crash(): void {
    const next = new Process(this.#random, this.#mutation);
    const noted: [ModelBatch, Note][] = [];
    const others: ModelBatch[] = [];
    const inOrder = [...this.#unsettled].sort(([a], [b]) => a.events[0].id - b.events[0].id);
    for (const [batch, note] of inOrder) {
      if (note) noted.push([batch, note]);
      else others.push(batch);
    }
    if (!this.#mutation.notesInAnyOrder) {
      noted.sort(([, a], [, b]) => Number(a.token.isLane) - Number(b.token.isLane));
    } else noted.reverse();
    this.#unsettled.clear();
    for (const [{ events }, note] of noted) {
      const batch = batchOf(events, leftByProcess(note.token, note.unanswered));
      this.#unsettled.set(batch, note);
      next.resends.push(batch);
    }
    for (const { events, history } of others) {
      const batch = batchOf(events, ofPart(history));
      this.#unsettled.set(batch, undefined);
      next.line.push(batch);
    }
    this.#process = next;
    // What is under way may arrive yet; nobody hears the answer.
    for (const request of this.#network) request.isConcluded = true;
    for (let at = this.#network.length - 1; at >= 0; at--) {
      const request = this.#network[at];
      if (request.fate === 'lost before' || request.isApplied) this.#network.splice(at, 1);
    }
  }

  #newStream(): ModelStream {
    const stream = new ModelStream();
    this.#streams.push(stream);
    return stream;
  }

  #verdict(isStuck: boolean): Verdict {
    const seen = new Set<number>();
    let duplicated = 0;
    let outOfOrder = 0;
    // A reader sees one stream, and none that was deleted.
    for (const { stored } of this.#streams) {
      const newest = new Map<number, number>();
      const here = new Set<number>();
      for (const { id, timestamp } of stored) {
        if (here.has(id)) duplicated++;
        here.add(id);
        if (seen.has(id)) continue;
        seen.add(id);
        if (id < (newest.get(timestamp) ?? 0)) outOfOrder++;
        newest.set(timestamp, Math.max(id, newest.get(timestamp) ?? 0));
      }
    }
    let lost = 0;
    for (const id of this.#settled) if (!seen.has(id) && !this.#poison.has(id)) lost++;
    return {
      lost,
      duplicated,
      counted: this.#counted,
      outOfOrder,
      isStuck,
      mostTogether: this.#mostTogether,
    };
  }

  #chance(probability: number): boolean {
    return probability > 0 && this.#random() < probability;
  }

  #between(least: number, most: number): number {
    return Math.floor(least + this.#random() * (most - least + 1));
  }
}

function batchOf(events: readonly ModelEvent[], history: PutHistory): ModelBatch {
  return {
    history,
    place: undefined,
    events,
    earliest: events[0].timestamp,
    latest: events[events.length - 1].timestamp,
  };
}
