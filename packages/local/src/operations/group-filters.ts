import { invalidParameter, limitExceeded, ServiceError } from '../errors/service-error.js';
import type { FilterPattern } from '../filter-pattern/compile.js';
import type { Input } from '../requests/input.js';
import type { GroupFilter } from '../store/group-filters.js';
import type { LogGroup } from '../store/log-group.js';
import type { Context } from './context.js';
import { refuseInfrequentAccess } from './named-group.js';

/** Filters with regular expressions of a log group, those of both kinds together. Source: guide on filter patterns. */
const MAX_WITH_REGULAR_EXPRESSIONS = 5;

/** Members that change what a filter sees, and are not emulated: refused, so that none is ignored in silence. */
const NOT_EMULATED = ['fieldSelectionCriteria', 'emitSystemFields', 'emitSystemFieldDimensions'];

/** Refuses a filter that its group cannot take. Others of the same name are replaced, and do not count. */
export function checkNewFilter(
  operation: string,
  input: Input,
  { metricFilters, subscriptionFilters }: Context,
  group: LogGroup,
  filter: {
    readonly name: string;
    readonly pattern: FilterPattern;
    readonly filters: readonly GroupFilter[];
    readonly maxFilters: number;
  },
): void {
  for (const member of NOT_EMULATED) {
    if (input.raw(member) !== undefined) {
      throw invalidParameter(`${member} is not emulated by cloudwatch-logs-local.`);
    }
  }
  if (input.boolean('applyOnTransformedLogs') === true) {
    throw invalidParameter('applyOnTransformedLogs is not emulated by cloudwatch-logs-local.');
  }
  refuseInfrequentAccess(group, operation);
  const others = filter.filters.filter(({ filterName }) => filterName !== filter.name);
  if (others.length >= filter.maxFilters) throw limitExceeded();
  if (filter.pattern.regularExpressions === 0) return;
  const replaced = filter.filters.filter(({ filterName }) => filterName === filter.name);
  const withExpressions = [...metricFilters.of(group), ...subscriptionFilters.of(group)].filter(
    (known) => !replaced.includes(known) && known.pattern.regularExpressions > 0,
  );
  if (withExpressions.length >= MAX_WITH_REGULAR_EXPRESSIONS) throw limitExceeded();
}

export function noSuchFilter(kind: 'metric' | 'subscription'): ServiceError {
  return new ServiceError('ResourceNotFoundException', `The specified ${kind} filter does not exist.`);
}
