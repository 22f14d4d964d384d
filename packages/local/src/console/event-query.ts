import type { Parameters } from '../control/route.js';
import { ServiceError } from '../errors/service-error.js';
import { compileFilterPattern, type FilterPattern } from '../filter-pattern/compile.js';
import { FilterPatternError } from '../filter-pattern/pattern-error.js';
import { LEVELS, type Level } from './log-level.js';

/** The parameters of a query that says which events are wanted. */
export const QUERY_PARAMETERS = ['in', 'pattern', 'level', 'from', 'to'] as const;

/** Which events are wanted. Times are milliseconds since 1970, `to` is exclusive. */
export interface EventQuery {
  /** Groups and streams; none means all. */
  readonly places: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly matches: (message: string, level: Level) => boolean;
  /** Whether some messages do not match, so that a page may need a long search. */
  readonly selective: boolean;
}

/** @throws ServiceError InvalidParameterException; for a pattern with its index, `position` and `hint` */
export function readEventQuery(parameters: Parameters): EventQuery {
  const levels = parameters.texts('level').map((text) => {
    const level = LEVELS.find((known) => known === text);
    if (level === undefined) throw new TypeError(`level must be one of ${LEVELS.join(', ')}, got '${text}'`);
    return level;
  });
  const patterns = readPatterns(parameters);
  const wanted = new Set<Level>(levels);
  return {
    places: parameters.texts('in'),
    from: parameters.integer('from', { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? 0,
    to: parameters.integer('to', { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? Number.POSITIVE_INFINITY,
    matches: (message, level) =>
      (wanted.size === 0 || wanted.has(level)) && patterns.every((pattern) => pattern.matches(message)),
    selective: wanted.size > 0 || patterns.length > 0,
  };
}

/** The patterns of a query, those left out that every event matches. @throws as `readEventQuery` */
export function readPatterns(parameters: Parameters): readonly FilterPattern[] {
  return parameters
    .texts('pattern')
    .map(compile)
    .filter(({ syntax }) => syntax !== 'everything');
}

function compile(pattern: string, index: number) {
  try {
    return compileFilterPattern(pattern);
  } catch (error) {
    if (!(error instanceof FilterPatternError)) throw error;
    const { hint, message, position } = error;
    const fields = { pattern: String(index), position: String(position), hint };
    throw new ServiceError('InvalidParameterException', message, { fields });
  }
}
