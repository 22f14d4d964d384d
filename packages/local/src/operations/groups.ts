import { invalidParameter, validation } from '../errors/service-error.js';
import type { MetricFilters } from '../metrics/metric-filters.js';
import type { Account, LogGroup, LogGroupClass } from '../store/log-group.js';
import type { Operation } from './context.js';
import { groupOfArn, readGroup } from './named-group.js';
import { pageAfter } from './page-token.js';
import { indexedFields } from './stored-only/index-policies.js';

const CLASSES: readonly LogGroupClass[] = ['STANDARD', 'INFREQUENT_ACCESS', 'DELIVERY', 'ESSENTIALS'];

const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export const createLogGroup: Operation = (input, { account, store }) => {
  const name = input.required('logGroupName');
  const kmsKeyId = input.string('kmsKeyId');
  const tags = input.stringMap('tags');
  const logGroupClass = input.string('logGroupClass');
  const deletionProtectionEnabled = input.boolean('deletionProtectionEnabled');
  if (name.toLowerCase().startsWith('aws/')) {
    throw invalidParameter('Log groups starting with AWS/ are reserved for AWS.');
  }
  store.createGroup(account, name, {
    kmsKeyId,
    tags,
    logGroupClass: CLASSES.find((known) => known === logGroupClass),
    deletionProtectionEnabled,
  });
  return undefined;
};

export const deleteLogGroup: Operation = (input, { account, store }) => {
  const name = input.required('logGroupName');
  const group = account.group(name);
  refuseIfProtected(group);
  store.deleteGroup(group);
  return undefined;
};

export function refuseIfProtected(group: LogGroup): void {
  if (group.deletionProtectionEnabled) {
    throw validation(
      'Deletion protection is enabled for the log group. Disable deletion protection before you delete it or its log streams.',
    );
  }
}

export const putLogGroupDeletionProtection: Operation = (input, { account, store }) => {
  const deletionProtectionEnabled = input.boolean('deletionProtectionEnabled') ?? false;
  store.changeGroup(readGroup(input, account), { deletionProtectionEnabled });
  return undefined;
};

export const putRetentionPolicy: Operation = (input, { account, store }) => {
  const name = input.required('logGroupName');
  const days = input.integer('retentionInDays') ?? 0;
  if (!RETENTION_DAYS.includes(days)) {
    // The service model has no list of these; they are in its documentation.
    throw invalidParameter(
      `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: ` +
        `Member must satisfy enum value set: [${RETENTION_DAYS.join(', ')}]`,
    );
  }
  store.changeGroup(account.group(name), { retentionInDays: days });
  return undefined;
};

export const deleteRetentionPolicy: Operation = (input, { account, store }) => {
  const name = input.required('logGroupName');
  store.changeGroup(account.group(name), { retentionInDays: undefined });
  return undefined;
};

export const describeLogGroups: Operation = (input, { account, metricFilters, store }) => {
  const prefix = input.string('logGroupNamePrefix');
  const pattern = input.string('logGroupNamePattern');
  const logGroupClass = input.string('logGroupClass');
  const limit = input.integer('limit') ?? 50;
  const nextToken = input.string('nextToken');
  const identifiers = input.strings('logGroupIdentifiers');
  if (prefix !== undefined && pattern !== undefined) {
    throw invalidParameter(
      'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
    );
  }
  if (identifiers !== undefined && (prefix ?? pattern ?? logGroupClass) !== undefined) {
    throw invalidParameter('logGroupIdentifiers can be combined with includeLinkedAccounts only.');
  }
  const wanted = identifiers === undefined ? undefined : new Set(identifiers.map(groupFinder(account)));
  const groups = [...account.groups.values()].filter(
    (group) =>
      (prefix === undefined || group.name.startsWith(prefix)) &&
      (pattern === undefined || group.name.includes(pattern)) &&
      (logGroupClass === undefined || isOfClass(group, logGroupClass)) &&
      (wanted === undefined || wanted.has(group)),
  );
  for (const group of groups) store.expire(group);
  groups.sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = pageAfter(groups, (group) => group.name, nextToken, limit, {
    // Recorded on AWS: with a pattern even the last page that has a group carries a token.
    tokenAtEnd: pattern !== undefined,
  });
  return {
    logGroups: page.items.map((group) => describe(group, metricFilters, pattern !== undefined)),
    ...(page.nextToken !== undefined && { nextToken: page.nextToken }),
  };
};

export const listLogGroups: Operation = (input, { account }) => {
  const matches = namePattern(input.string('logGroupNamePattern'));
  const logGroupClass = input.string('logGroupClass');
  const tags = (input.raw('logGroupTags') ?? []) as unknown as readonly TagFilter[];
  const fields = input.strings('fieldIndexNames') ?? [];
  const groups = [...account.groups.values()].filter(
    (group) =>
      // No group here has a data source, so none fits a filter by them.
      input.raw('dataSources') === undefined &&
      fields.every((name) => indexedFields(group).has(name)) &&
      matches(group.name) &&
      (logGroupClass === undefined || group.logGroupClass === logGroupClass) &&
      tags.every((filter) => hasTag(group, filter)),
  );
  groups.sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = pageAfter(
    groups,
    (group) => group.name,
    input.string('nextToken'),
    input.integer('limit') ?? 50,
  );
  return {
    logGroups: page.items.map(({ arn, logGroupClass, name }) => ({
      logGroupName: name,
      logGroupArn: arn,
      logGroupClass,
    })),
    ...(page.nextToken !== undefined && { nextToken: page.nextToken }),
  };
};

/** Up to five texts between `|`, each of which a name contains, or with `^` begins with. The model holds its form. */
function namePattern(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  const alternatives = pattern.split('|');
  return (name) =>
    alternatives.some((text) =>
      text.startsWith('^') ? name.startsWith(text.slice(1)) : name.includes(text),
    );
}

interface TagFilter {
  readonly key: string;
  readonly values?: readonly string[] | null;
}

/** A value may begin with `!` for any other, and have a `*` at either end. Without values the key is enough. */
function hasTag(group: LogGroup, { key, values }: TagFilter): boolean {
  const value = group.tags.get(key);
  if (value === undefined) return false;
  if (values === undefined || values === null || values.length === 0) return true;
  return values.some((wanted) =>
    wanted.startsWith('!') ? !fits(value, wanted.slice(1)) : fits(value, wanted),
  );
}

function fits(value: string, wanted: string): boolean {
  const text = wanted.replace(/^\*|\*$/g, '');
  if (wanted.startsWith('*') && wanted.endsWith('*')) return value.includes(text);
  if (wanted.startsWith('*')) return value.endsWith(text);
  return wanted.endsWith('*') ? value.startsWith(text) : value === text;
}

function groupFinder(account: Account): (identifier: string) => LogGroup | undefined {
  return (id) => (id.startsWith('arn:') ? groupOfArn(id, account) : account.groups.get(id));
}

/** Who asks for one of the two cheaper classes gets both. */
function isOfClass(group: LogGroup, asked: string): boolean {
  const cheaper = ['INFREQUENT_ACCESS', 'ESSENTIALS'];
  return group.logGroupClass === asked || (cheaper.includes(asked) && cheaper.includes(group.logGroupClass));
}

/** For a name pattern the service answers less. */
function describe(group: LogGroup, metricFilters: MetricFilters, forPattern: boolean): object {
  const { arn } = group;
  let storedBytes = 0;
  for (const stream of group.streams.values()) storedBytes += stream.bytes;
  return {
    arn: `${arn}:*`,
    logGroupArn: arn,
    logGroupName: group.name,
    creationTime: group.creationTime,
    logGroupClass: group.logGroupClass,
    metricFilterCount: metricFilters.of(group).length,
    ...(!forPattern && { deletionProtectionEnabled: group.deletionProtectionEnabled, storedBytes }),
    ...(group.retentionInDays !== undefined && { retentionInDays: group.retentionInDays }),
    ...(group.kmsKeyId !== undefined && { kmsKeyId: group.kmsKeyId }),
    ...(group.dataProtection !== undefined && {
      dataProtectionStatus: group.dataProtection === 'deleted' ? 'DELETED' : 'ACTIVATED',
    }),
    ...(isProtectedByAccount(group) && { inheritedProperties: ['ACCOUNT_DATA_PROTECTION'] }),
  };
}

function isProtectedByAccount({ account }: LogGroup): boolean {
  return [...account.resources.accountPolicies.values()].some(
    ({ policyType }) => policyType === 'DATA_PROTECTION_POLICY',
  );
}
