/**
 * The known name within a third of its length in edits, case aside, or of which this is a longer or shorter form; `undefined` when
 * none is near.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  if (best !== undefined && bestDistance <= Math.max(2, best.length / 3)) return best;
  return known.find((candidate) => isLonger(name, candidate, 3) || isLonger(candidate, name, 4));
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(previous[j] + 1, current[j - 1] + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length];
}

function isLonger(long: string, short: string, least: number): boolean {
  return short.length >= least && long.toLowerCase().startsWith(short.toLowerCase());
}

/**
 * The message for a flag that a command does not have: `parseArgs` of Node.js explains how to pass it all the same, which
 * is no help.
 *
 * @param error what `parseArgs` threw; any other error is returned as it is
 */
export function unknownFlag(error: unknown, known: readonly string[]): unknown {
  const { code, message } = error as { code?: unknown; message?: string };
  const flag = /'--?([^']+)'/.exec(message ?? '')?.[1];
  if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION' || flag === undefined) return error;
  const nearest = nearestName(flag, known);
  const hint = nearest === undefined ? 'See --help.' : `Did you mean '--${nearest}'?`;
  return new TypeError(`Unknown option '--${flag}'. ${hint}`);
}
