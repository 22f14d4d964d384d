import { invalidOption, nearestName } from 'cloudwatch-logs-publisher/worker';

/**
 * Checks the level of a transport when a logger takes it: with one that the logger does not have, winston would give it no
 * line, without a word.
 *
 * @throws PublisherError `CLOUDWATCH_LOGS_INVALID_OPTION`, with the nearest of the logger's levels
 */
export function checkLevel(
  level: string | undefined,
  levels: Readonly<Record<string, number>> | undefined,
): void {
  if (level === undefined || levels === undefined || level in levels) return;
  const names = Object.keys(levels);
  const nearest = nearestName(level, names);
  throw invalidOption('level', `one of the levels of the logger (${names.join(', ')})`, level, {
    remedy: nearest === undefined ? "Leave it out for the logger's level." : `Did you mean "${nearest}"?`,
  });
}
