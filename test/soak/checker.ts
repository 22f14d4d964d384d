import type { PublisherStats, Warning } from 'cloudwatch-logs-publisher';

// Holds what an endpoint stored against what was logged and what was counted. It knows nothing of the publisher but the
// meaning of its counters.

/** What was seen of one run. */
export interface Observed {
  /** By stream: the numbers that were logged, in order. */
  readonly logged: ReadonlyMap<string, readonly number[]>;
  /** By stream: the numbers that are stored, in the order in which they are read. */
  readonly stored: ReadonlyMap<string, readonly number[]>;
  /** Counters, again and again, the last of them at the end. */
  readonly samples: readonly Sample[];
  readonly warnings: readonly (Pick<Warning, 'code'> & { readonly at: number })[];
}

/** Counters at one moment. */
export interface Sample {
  /** Monotonic, in milliseconds. */
  readonly at: number;
  readonly stats: PublisherStats;
}

const SILENT_MS = 15_000;

/** @returns what was promised and did not hold, in plain words; nothing when all is well */
export function violations({ logged, stored, samples, warnings }: Observed): string[] {
  const last = samples.at(-1)?.stats;
  if (!last) return ['there are no counters'];
  const found = [
    ...samples.flatMap(lawBroken),
    ...missingWarnings(samples, warnings),
    ...unsettled(last, logged),
  ];
  let duplicated = 0;
  for (const stream of stored.keys())
    if (!logged.has(stream)) found.push(`stream ${stream} was never logged to`);
  for (const [stream, numbers] of logged) {
    const copies = new Map<number, number>();
    let newest = Number.NEGATIVE_INFINITY;
    for (const number of stored.get(stream) ?? []) {
      const before = copies.get(number) ?? 0;
      copies.set(number, before + 1);
      if (before > 0) duplicated++;
      else if (number < newest) found.push(`${stream}: ${number} is read after ${newest}`);
      else newest = number;
    }
    const lost = numbers.filter((number) => !copies.has(number));
    if (lost.length > 0) found.push(`${stream}: ${lost.length} lost, the first is ${lost[0]}`);
    const known = new Set(numbers);
    for (const number of copies.keys())
      if (!known.has(number)) found.push(`${stream}: ${number} was never logged`);
  }
  if (duplicated > last.possibleDuplicates)
    found.push(`${duplicated} stored twice, ${last.possibleDuplicates} counted as possible`);
  return found;
}

function lawBroken({ stats }: Sample): string[] {
  const { received, delivered, dropped, rejected, buffered, inFlight, spooled } = stats;
  const lost = [...Object.values(dropped), ...Object.values(rejected)].reduce(
    (sum, events) => sum + events,
    0,
  );
  const places = delivered + lost + buffered + inFlight + spooled;
  return places === received
    ? []
    : [`received ${received}, but ${places} in all places: ${JSON.stringify(stats)}`];
}

/** At the end all is stored, and that is what is counted. */
function unsettled(last: PublisherStats, logged: Observed['logged']): string[] {
  let events = 0;
  for (const numbers of logged.values()) events += numbers.length;
  const { received, delivered, recovered } = last;
  return received - recovered === events && delivered === received
    ? []
    : [`logged ${events}, received ${received}, delivered ${delivered}: ${JSON.stringify(last)}`];
}

/** Whoever has waited for {@link SILENT_MS} has been told why. */
function missingWarnings(samples: readonly Sample[], warnings: Observed['warnings']): string[] {
  let since: Sample | undefined;
  for (const sample of samples) {
    const { buffered, inFlight, spooled, delivered } = sample.stats;
    const waits = buffered + inFlight + spooled > 0;
    if (!waits || delivered !== since?.stats.delivered) since = waits ? sample : undefined;
    const from = since?.at ?? sample.at;
    if (sample.at - from <= SILENT_MS) continue;
    const isTold = warnings.some(
      ({ at, code }) => at >= from - SILENT_MS && at <= sample.at && code !== 'recovered',
    );
    if (!isTold) return [`nothing was stored for ${Math.round(sample.at - from)} ms, and nobody was told`];
  }
  return [];
}
