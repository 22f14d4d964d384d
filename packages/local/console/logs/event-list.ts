import { batch, effect, signal } from '@preact/signals';
import { PAGE_EVENTS, Refusal, search } from '../state/api.ts';
import { isListening, listen } from '../state/connection.ts';
import { EventWindow } from '../state/event-window.ts';
import { view } from '../state/model.ts';
import { searchParameters } from '../state/view.ts';
import type { EventPage, WireEvent } from '../state/wire.ts';

/** The list of events: what is in it, and how it grows. */

const events = new EventWindow();

/** Changes with every change of the rows. */
export const version = signal(0);
/** Rows that came in above what is seen, less those that left there: by so many the list moves to keep its place. */
export const shift = signal(0);
export const paused = signal(false);
export const missed = signal(0);
/** Events that the connection could not carry. */
export const lost = signal(0);
/** Whether the list is at its newest end and moves with it. */
export const following = signal(true);
export const searching = signal<{ readonly searched: number } | undefined>(undefined);
export const patternError = signal<Readonly<Record<string, string>> | undefined>(undefined);
/** The row that the keys move. */
export const cursor = signal<string | undefined>(undefined);

let abort = new AbortController();
let query = new URLSearchParams();

export const rows = (): readonly WireEvent[] => events.rows;
export const hasOlder = (): boolean => events.older !== undefined;
export const hasNewer = (): boolean => !events.atNewest;

export function find(id: string | undefined): WireEvent | undefined {
  return id === undefined ? undefined : events.rows.find((event) => event.id === id);
}

function changed(movedBy = 0): void {
  batch(() => {
    version.value += 1;
    missed.value = events.missed;
    shift.value += movedBy;
  });
}

/**
 * Begins anew with the newest events that the view wants, and goes on with what comes in. While a pattern is not
 * understood, what was shown before stays.
 */
async function restart(parameters: URLSearchParams): Promise<void> {
  abort.abort();
  abort = new AbortController();
  const { signal: aborted } = abort;
  if (!(await isUnderstood(parameters, aborted))) {
    // The page may begin with such a pattern; the groups are there all the same.
    if (!isListening()) listen(new URLSearchParams({ to: '0' }), { onOpen: () => {}, onEvents: () => {} });
    return;
  }
  if (aborted.aborted) return;
  query = parameters;
  events.paused = false;
  batch(() => {
    paused.value = false;
    lost.value = 0;
    following.value = true;
  });
  // Events that come in before the first page join it afterwards.
  let early: WireEvent[] | undefined = [];
  const load = async (): Promise<void> => {
    const page = await fill('backward', undefined, aborted);
    if (page === undefined) return;
    generation += 1;
    events.replace(page, 'older', undefined);
    changed(-events.arrive(early ?? []));
    early = undefined;
  };
  let opened = false;
  listen(parameters, {
    // The first page is read when nothing more can slip by; after an outage, what came meanwhile is.
    onOpen: () => {
      void (opened ? append(events.rows.at(-1)?.id, aborted) : load());
      opened = true;
    },
    onEvents: (fresh, lostNow) => {
      if (aborted.aborted) return;
      lost.value += lostNow;
      if (early !== undefined) early.push(...fresh);
      else changed(-events.arrive(fresh));
    },
  });
}

async function isUnderstood(parameters: URLSearchParams, aborted: AbortSignal): Promise<boolean> {
  if (parameters.has('pattern')) {
    try {
      await search(parameters, 'backward', undefined, aborted, 1);
    } catch (error) {
      if (!aborted.aborted && error instanceof Refusal) patternError.value = error.fields;
      return false;
    }
  }
  patternError.value = undefined;
  return true;
}

/** A page with something in it, unless there is nothing: a rare term needs several steps. */
async function fill(
  direction: 'forward' | 'backward',
  from: string | undefined,
  aborted: AbortSignal,
): Promise<EventPage | undefined> {
  let at = from;
  let searched = 0;
  const found: WireEvent[] = [];
  try {
    do {
      const page = await search(query, direction, at, aborted, PAGE_EVENTS - found.length);
      if (direction === 'backward') found.unshift(...page.events);
      else found.push(...page.events);
      searched += page.searched;
      at = page.cursor;
      if (at !== undefined && found.length < PAGE_EVENTS) searching.value = { searched };
    } while (at !== undefined && found.length < PAGE_EVENTS);
    return { events: found, searched, ...(at !== undefined && { cursor: at }) };
  } catch {
    // Another search has begun, or the endpoint is away, which the connection tells.
    return undefined;
  } finally {
    if (!aborted.aborted) searching.value = undefined;
  }
}

/** Counts the times that the rows were replaced: a page that was read for the ones before does not belong to them. */
let generation = 0;
let loading = false;

async function inTurn(action: () => Promise<void>): Promise<void> {
  if (loading) return;
  loading = true;
  try {
    await action();
  } finally {
    loading = false;
  }
}

async function append(from: string | undefined, aborted: AbortSignal): Promise<void> {
  const before = generation;
  const page = await fill('forward', from, aborted);
  if (page !== undefined && before === generation) changed(-events.append(page));
}

export const loadOlder = (): Promise<void> =>
  inTurn(async () => {
    if (events.older === undefined) return;
    const before = generation;
    const page = await fill('backward', events.older, abort.signal);
    if (page !== undefined && before === generation) changed(events.prepend(page));
  });

export const loadNewer = (): Promise<void> =>
  inTurn(async () => {
    if (events.newer !== undefined) await append(events.newer, abort.signal);
  });

/** Goes to one end of all that match, however far it is. */
export async function goTo(end: 'oldest' | 'newest'): Promise<void> {
  if (end === 'newest') {
    if (paused.value) togglePause();
    if (!events.atNewest) await replaceFrom('backward', 'older');
    following.value = true;
    return;
  }
  following.value = false;
  if (events.older !== undefined) await replaceFrom('forward', 'newer');
}

async function replaceFrom(direction: 'forward' | 'backward', open: 'older' | 'newer'): Promise<void> {
  const page = await fill(direction, undefined, abort.signal);
  if (page === undefined) return;
  generation += 1;
  events.replace(page, open, undefined);
  changed();
}

export function togglePause(): void {
  paused.value = !paused.value;
  events.paused = paused.value;
  if (paused.value) return;
  changed(-events.resume());
  if (!events.atNewest) void goTo('newest');
}

/** Follows the part of the view that decides which events are shown. */
export function startEventList(): void {
  let before = '';
  effect(() => {
    const { filters, levels, pattern, places, range } = view.value;
    const wanted = JSON.stringify([places, pattern, filters, levels, range]);
    if (wanted === before) return;
    before = wanted;
    void restart(searchParameters(view.peek(), Date.now()));
  });
}
