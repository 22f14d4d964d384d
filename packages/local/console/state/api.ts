import type { EventPage, Fault, FaultState, Histogram, StreamSummary, WireEvent } from './wire.ts';

/** An answer that was not 200. The fields tell of a pattern which one it is, where it is wrong, and why. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly fields: Readonly<Record<string, string>>;

  constructor(fields: Readonly<Record<string, string>>) {
    super(fields.message ?? 'The endpoint does not answer.');
    this.fields = fields;
  }
}

async function ask<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(path, init);
  const body = await response.json();
  if (!response.ok) throw new Refusal(body);
  return body;
}

/** The content type makes a browser ask first whether another site may send this, which it may not. */
function change<Answer>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  return ask(path, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
}

export const PAGE_EVENTS = 500;

/** The next page of a search. `cursor` is exclusive; without it the search begins at the end that it comes from. */
export function search(
  query: URLSearchParams,
  direction: 'forward' | 'backward',
  cursor: string | undefined,
  signal: AbortSignal,
  limit = PAGE_EVENTS,
): Promise<EventPage> {
  const asked = new URLSearchParams(query);
  asked.set('direction', direction);
  asked.set('limit', String(limit));
  if (cursor !== undefined) asked.set('cursor', cursor);
  return ask(`/_local/console/search?${asked}`, { signal });
}

export function readEvent(place: string, id: string): Promise<WireEvent> {
  return ask(`/_local/console/event?${new URLSearchParams({ in: place, id })}`);
}

export function readStreams(place: string): Promise<{ total: number; streams: StreamSummary[] }> {
  return ask(`/_local/console/streams?${new URLSearchParams({ in: place })}`);
}

export function readHistogram(
  places: readonly string[],
  from: number,
  to: number,
  steps: number,
  patterns: readonly string[],
): Promise<Histogram> {
  const query = new URLSearchParams(places.map((place) => ['in', place]));
  for (const pattern of patterns) query.append('pattern', pattern);
  for (const [name, value] of Object.entries({ from, to, steps })) query.set(name, String(Math.round(value)));
  return ask(`/_local/console/histogram?${query}`);
}

export function operate(name: string, place: string, members: object): Promise<object> {
  return change('POST', `/_local/console/operation?${new URLSearchParams({ name, in: place })}`, members);
}

export const readFaults = (): Promise<FaultState> => ask('/_local/faults');
export const setFaults = (faults: readonly Fault[]): Promise<FaultState> =>
  change('PUT', '/_local/faults', faults);
export const stopFor = (ms: number): Promise<object> => change('POST', `/_local/stop?forMs=${ms}`);
export const reset = (): Promise<object> => change('POST', '/_local/reset');
