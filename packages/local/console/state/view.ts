import { LEVELS, type Level } from './wire.ts';

/** Everything that decides what the page shows. All of it stands in the address, so that a view can be sent to others. */
export interface View {
  readonly tab: 'logs' | 'requests' | 'faults';
  /** Log groups (`app`) and streams (`app:web`) to show; none means all. */
  readonly places: readonly string[];
  readonly pattern: string;
  /** Patterns besides, from clicks on fields. An event matches all of them. */
  readonly filters: readonly string[];
  /** None means all. */
  readonly levels: readonly Level[];
  readonly range: Range;
  readonly highlight: string;
  /** Paths of JSON fields that have a column. */
  readonly columns: readonly string[];
  readonly time: TimeStyle;
  readonly labels: boolean;
  readonly ansi: boolean;
  /** Whether a row shows the text of a JSON message and its fields, instead of the JSON. */
  readonly fields: boolean;
  /** The event that is open. */
  readonly event: string | undefined;
  /** Which requests: all, or those that did not succeed. */
  readonly requests: 'all' | 'failed';
}

export type TimeStyle = 'local' | 'utc' | 'relative' | 'off';

/** Times to show: what comes in now, the last milliseconds up to now, or a fixed range. Milliseconds since 1970. */
export type Range =
  | { readonly kind: 'live' }
  | { readonly kind: 'last'; readonly ms: number }
  | { readonly kind: 'between'; readonly from: number; readonly to: number };

/** The query string of a view, with only what differs from the empty one. */
export function toQuery(view: View): string {
  const query = new URLSearchParams();
  if (view.tab !== 'logs') query.set('tab', view.tab);
  for (const place of view.places) query.append('in', place);
  if (view.pattern !== '') query.set('pattern', view.pattern);
  for (const filter of view.filters) query.append('filter', filter);
  for (const level of view.levels) query.append('level', level);
  if (view.range.kind === 'last') query.set('last', duration(view.range.ms));
  if (view.range.kind === 'between') {
    query.set('from', new Date(view.range.from).toISOString());
    query.set('to', new Date(view.range.to).toISOString());
  }
  if (view.highlight !== '') query.set('highlight', view.highlight);
  for (const column of view.columns) query.append('column', column);
  if (view.time !== 'local') query.set('time', view.time);
  if (!view.labels) query.set('labels', 'off');
  if (!view.ansi) query.set('ansi', 'off');
  if (!view.fields) query.set('fields', 'off');
  if (view.event !== undefined) query.set('event', view.event);
  if (view.requests !== 'all') query.set('requests', view.requests);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** The view of a query string; what it does not say, or says wrongly, is as in the empty one. */
export function fromQuery(text: string): View {
  const query = new URLSearchParams(text);
  const one = <Value extends string>(name: string, allowed: readonly Value[], otherwise: Value): Value =>
    allowed.find((value) => value === query.get(name)) ?? otherwise;
  return {
    tab: one('tab', ['logs', 'requests', 'faults'], 'logs'),
    places: query.getAll('in'),
    pattern: query.get('pattern') ?? '',
    filters: query.getAll('filter'),
    levels: LEVELS.filter((level) => query.getAll('level').includes(level)),
    range: readRange(query),
    highlight: query.get('highlight') ?? '',
    columns: query.getAll('column'),
    time: one('time', ['local', 'utc', 'relative', 'off'], 'local'),
    labels: query.get('labels') !== 'off',
    ansi: query.get('ansi') !== 'off',
    fields: query.get('fields') !== 'off',
    event: query.get('event') ?? undefined,
    requests: one('requests', ['all', 'failed'], 'all'),
  };
}

function readRange(query: URLSearchParams): Range {
  const last = parseDuration(query.get('last') ?? '');
  if (last !== undefined) return { kind: 'last', ms: last };
  const from = Date.parse(query.get('from') ?? '');
  const to = Date.parse(query.get('to') ?? '');
  if (from < to) return { kind: 'between', from, to };
  return { kind: 'live' };
}

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90000` as `90s`, in the largest unit that divides it. */
export function duration(ms: number): string {
  const units = (['d', 'h', 'm', 's'] as const).filter((unit) => ms % UNITS[unit] === 0);
  const [unit = 's'] = units;
  return `${ms / UNITS[unit]}${unit}`;
}

export function parseDuration(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (number === undefined || Number(number) === 0) return undefined;
  return Number(number) * UNITS[unit as keyof typeof UNITS];
}

/** All patterns that an event must match. */
export function patternsOf({ filters, pattern }: Pick<View, 'filters' | 'pattern'>): readonly string[] {
  return [pattern, ...filters].filter((each) => each.trim() !== '');
}

/** The part of a view that decides which events it shows, as the parameters of a search. */
export function searchParameters(view: View, now: number): URLSearchParams {
  const query = new URLSearchParams();
  for (const place of view.places) query.append('in', place);
  for (const pattern of patternsOf(view)) query.append('pattern', pattern);
  for (const level of view.levels) query.append('level', level);
  if (view.range.kind === 'last') query.set('from', String(now - view.range.ms));
  if (view.range.kind === 'between') {
    query.set('from', String(view.range.from));
    query.set('to', String(view.range.to));
  }
  return query;
}
