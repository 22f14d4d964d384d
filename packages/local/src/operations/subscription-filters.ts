import { invalidParameter, ServiceError } from '../errors/service-error.js';
import { isLoopback } from '../requests/loopback.js';
import type { Account } from '../store/log-group.js';
import { isUrl, type SubscriptionFilter } from '../subscriptions/subscription-filters.js';
import type { Operation } from './context.js';
import { filterPattern } from './filter-pattern.js';
import { checkNewFilter, noSuchFilter } from './group-filters.js';
import { pageAfter } from './page-token.js';

/** Subscription filters of a log group. Source: quotas of CloudWatch Logs. */
const MAX_FILTERS = 2;
const DEFAULT_LIMIT = 50;

export const putSubscriptionFilter: Operation = (input, context) => {
  const name = input.string('filterName') ?? '';
  const written = input.string('filterPattern') ?? '';
  const destinationArn = input.string('destinationArn') ?? '';
  const roleArn = input.string('roleArn');
  checkDestination(destinationArn, roleArn, context.account);
  const pattern = filterPattern(written);
  const group = context.account.group(input.string('logGroupName') ?? '');
  const filters = context.subscriptionFilters.of(group);
  checkNewFilter('PutSubscriptionFilter', input, context, group, {
    name,
    pattern,
    filters,
    maxFilters: MAX_FILTERS,
  });
  context.subscriptionFilters.set(group, {
    filterName: name,
    filterPattern: written,
    pattern,
    creationTime: context.now(),
    destinationArn,
    roleArn,
    distribution: input.string('distribution') === 'Random' ? 'Random' : 'ByLogStream',
  });
  return undefined;
};

export const deleteSubscriptionFilter: Operation = (input, { account, subscriptionFilters }) => {
  const group = account.group(input.string('logGroupName') ?? '');
  if (!subscriptionFilters.delete(group, input.string('filterName') ?? ''))
    throw noSuchFilter('subscription');
  return undefined;
};

export const describeSubscriptionFilters: Operation = (input, { account, subscriptionFilters }) => {
  const group = account.group(input.string('logGroupName') ?? '');
  const prefix = input.string('filterNamePrefix') ?? '';
  const key = ({ filterName }: SubscriptionFilter): string => filterName;
  const found = subscriptionFilters.of(group).filter((filter) => key(filter).startsWith(prefix));
  const sorted = [...found].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const page = pageAfter(sorted, key, input.string('nextToken'), input.integer('limit') ?? DEFAULT_LIMIT);
  return {
    subscriptionFilters: page.items.map(({ pattern: _, roleArn, ...shown }) => ({
      ...shown,
      ...(roleArn !== undefined && { roleArn }),
      logGroupName: group.name,
      applyOnTransformedLogs: false,
    })),
    ...(page.nextToken !== undefined && { nextToken: page.nextToken }),
  };
};

/** Takes the ARN of a destination as AWS does, and beside it a URL on this machine. */
function checkDestination(destination: string, roleArn: string | undefined, { accountId }: Account): void {
  if (isUrl(destination)) {
    if (!URL.canParse(destination) || !isLoopback(new URL(destination).hostname)) {
      throw invalidParameter(`A destination that is a URL must be on this machine, got '${destination}'.`);
    }
    return;
  }
  const [arn, , vendor = '', , account = '', ...resource] = destination.split(':');
  if (arn !== 'arn' || resource.length === 0) {
    throw invalidParameter(`destinationArn must be an ARN or a URL on this machine, got '${destination}'.`);
  }
  if (vendor === 'lambda' && account !== accountId) {
    throw new ServiceError(
      'AccessDeniedException',
      'Cross-account lambda invocation passing is not allowed. You must use DestinationPolicies to create cross account lambda triggers.',
    );
  }
  if ((vendor === 'kinesis' || vendor === 'firehose') && roleArn === undefined) {
    throw invalidParameter(`destinationArn for vendor ${vendor} cannot be used without roleArn`);
  }
}
