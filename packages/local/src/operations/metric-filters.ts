import { invalidParameter } from '../errors/service-error.js';
import type { FilterPattern } from '../filter-pattern/compile.js';
import type { MetricFilter, MetricTransformation } from '../metrics/metric-filters.js';
import type { Input } from '../requests/input.js';
import type { LogGroup } from '../store/log-group.js';
import type { Operation } from './context.js';
import { filterPattern } from './filter-pattern.js';
import { checkNewFilter, noSuchFilter } from './group-filters.js';
import { pageAfter } from './page-token.js';

/** Metric filters of a log group. Source: quotas of CloudWatch Logs. */
const MAX_FILTERS = 100;
/** Source: guide on dimensions of metric filters. */
const MAX_DIMENSIONS = 3;
const DEFAULT_LIMIT = 50;

export const testMetricFilter: Operation = (input) => {
  const pattern = filterPattern(input.string('filterPattern') ?? '', true);
  const messages = input.strings('logEventMessages') ?? [];
  return {
    matches: messages.flatMap((eventMessage, index) =>
      pattern.matches(eventMessage)
        ? // Events are counted from 1, as the examples of the AWS CLI show.
          [{ eventNumber: index + 1, eventMessage, extractedValues: pattern.extract(eventMessage) }]
        : [],
    ),
  };
};

export const putMetricFilter: Operation = (input, context) => {
  const name = input.string('filterName') ?? '';
  const written = input.string('filterPattern') ?? '';
  const pattern = filterPattern(written, true);
  const transformation = readTransformation(input);
  checkTransformation(transformation, pattern);
  const group = context.account.group(input.string('logGroupName') ?? '');
  const filters = context.metricFilters.of(group);
  checkNewFilter('PutMetricFilter', input, context, group, {
    name,
    pattern,
    filters,
    maxFilters: MAX_FILTERS,
  });
  context.metricFilters.set(group, {
    filterName: name,
    filterPattern: written,
    pattern,
    creationTime: context.now(),
    transformation,
  });
  return undefined;
};

export const deleteMetricFilter: Operation = (input, { account, metricFilters }) => {
  const group = account.group(input.string('logGroupName') ?? '');
  if (!metricFilters.delete(group, input.string('filterName') ?? '')) throw noSuchFilter('metric');
  return undefined;
};

export const describeMetricFilters: Operation = (input, { account, metricFilters }) => {
  const groupName = input.string('logGroupName');
  const prefix = input.string('filterNamePrefix') ?? '';
  const metricName = input.string('metricName');
  const metricNamespace = input.string('metricNamespace');
  if ((metricName === undefined) !== (metricNamespace === undefined)) {
    throw invalidParameter('metricName and metricNamespace must be given together.');
  }
  const groups = groupName === undefined ? [...account.groups.values()] : [account.group(groupName)];
  const found = groups.flatMap((group) =>
    metricFilters
      .of(group)
      .filter(
        ({ filterName, transformation }) =>
          filterName.startsWith(prefix) &&
          (metricName === undefined ||
            (transformation.metricName === metricName && transformation.metricNamespace === metricNamespace)),
      )
      .map((filter) => ({ filter, group })),
  );
  const key = ({ filter, group }: (typeof found)[number]): string => `${filter.filterName}\n${group.name}`;
  found.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const page = pageAfter(found, key, input.string('nextToken'), input.integer('limit') ?? DEFAULT_LIMIT);
  return {
    metricFilters: page.items.map(({ filter, group }) => describe(filter, group)),
    ...(page.nextToken !== undefined && { nextToken: page.nextToken }),
  };
};

function describe(
  { creationTime, filterName, filterPattern, transformation }: MetricFilter,
  group: LogGroup,
) {
  return {
    filterName,
    filterPattern,
    metricTransformations: [transformation],
    creationTime,
    logGroupName: group.name,
    applyOnTransformedLogs: false,
  };
}

/** Types and lengths were checked before. */
function readTransformation(input: Input): MetricTransformation {
  const given = input.raw('metricTransformations');
  const [first] = Array.isArray(given) ? given : [];
  if (typeof first !== 'object' || first === null) {
    throw invalidParameter('metricTransformations must hold one transformation.');
  }
  const { defaultValue, dimensions, metricName, metricNamespace, metricValue, unit } =
    first as unknown as MetricTransformation;
  return {
    metricName,
    metricNamespace,
    metricValue,
    ...(typeof defaultValue === 'number' && { defaultValue }),
    ...(typeof unit === 'string' && { unit }),
    ...(typeof dimensions === 'object' && dimensions !== null && { dimensions }),
  };
}

function checkTransformation(
  { defaultValue, dimensions = {}, metricValue }: MetricTransformation,
  pattern: FilterPattern,
): void {
  const isNumber = metricValue.trim() !== '' && Number.isFinite(Number(metricValue));
  if (!isNumber && pattern.reference(metricValue) === undefined) {
    throw invalidParameter(
      `Invalid metric value '${metricValue}': it must be a number or a field of the pattern.`,
    );
  }
  const references = Object.values(dimensions);
  if (references.length === 0) return;
  if (pattern.syntax !== 'json' && pattern.syntax !== 'space-delimited') {
    throw invalidParameter('The specified filter pattern does not support dimensions');
  }
  if (references.length > MAX_DIMENSIONS) {
    throw invalidParameter(`A metric can have at most ${MAX_DIMENSIONS} dimensions.`);
  }
  if (defaultValue !== undefined) {
    throw invalidParameter('A metric with dimensions cannot have a default value.');
  }
  for (const reference of references) {
    if (pattern.reference(reference) === undefined) {
      throw invalidParameter(`Invalid dimension value '${reference}': it must be a field of the pattern.`);
    }
  }
}
