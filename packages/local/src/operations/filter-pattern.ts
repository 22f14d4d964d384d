import { invalidParameter } from '../errors/service-error.js';
import { compileFilterPattern, type FilterPattern } from '../filter-pattern/compile.js';
import { FilterPatternError } from '../filter-pattern/pattern-error.js';

/** Compiles the pattern of a request, and refuses it as the service does. Metric filters have words of their own for it. */
export function filterPattern(pattern: string, forMetricFilters = false): FilterPattern {
  try {
    return compileFilterPattern(pattern);
  } catch (error) {
    if (!(error instanceof FilterPatternError)) throw error;
    throw invalidParameter(forMetricFilters ? error.messageForMetricFilters : error.message);
  }
}
