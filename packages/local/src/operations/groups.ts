import { invalidParameter, validation } from '../errors/service-error.js';
import { type Input, LOG_GROUP_NAME } from '../requests/input.js';
import type { Account, LogGroup, LogGroupClass } from '../store/log-group.js';
import { groupOfArn, type Operation, readGroup } from './context.js';
import { pageAfter } from './page-token.js';
import { readTags } from './tags.js';

const CLASSES: readonly LogGroupClass[] = ['STANDARD', 'INFREQUENT_ACCESS', 'DELIVERY', 'ESSENTIALS'];

const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export const createLogGroup: Operation = (input, { account, store }) => {
  const name = input.required('logGroupName', LOG_GROUP_NAME);
  const kmsKeyId = input.string('kmsKeyId', { max: 256 });
  const tags = readTags(input, false);
  const logGroupClass = input.string('logGroupClass', { oneOf: CLASSES });
  const deletionProtectionEnabled = input.boolean('deletionProtectionEnabled');
  input.check();
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
  const name = input.required('logGroupName', LOG_GROUP_NAME);
  input.check();
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

export const putLogGroupDeletionProtection: Operation = (input, { account }) => {
  const enabled = input.boolean('deletionProtectionEnabled');
  if (enabled === undefined) {
    input.violation("Value null at 'deletionProtectionEnabled'", 'Member must not be null');
  }
  const group = readGroup(input, account);
  group.deletionProtectionEnabled = enabled ?? false;
  return undefined;
};

export const putRetentionPolicy: Operation = (input, { account }) => {
  const name = input.required('logGroupName', LOG_GROUP_NAME);
  const days = input.integer('retentionInDays', { required: true });
  if (days !== undefined && !RETENTION_DAYS.includes(days)) {
    input.violation(
      `Value '${days}' at 'retentionInDays'`,
      `Member must satisfy enum value set: [${RETENTION_DAYS.join(', ')}]`,
    );
  }
  input.check();
  account.group(name).retentionInDays = days;
  return undefined;
};

export const deleteRetentionPolicy: Operation = (input, { account }) => {
  const name = input.required('logGroupName', LOG_GROUP_NAME);
  input.check();
  account.group(name).retentionInDays = undefined;
  return undefined;
};

export const describeLogGroups: Operation = (input, { account }) => {
  const prefix = input.string('logGroupNamePrefix', LOG_GROUP_NAME);
  const pattern = input.string('logGroupNamePattern', { max: 512, pattern: /^[.\-_/#A-Za-z0-9]*$/ });
  const logGroupClass = input.string('logGroupClass', { oneOf: CLASSES });
  const limit = input.integer('limit', { min: 1, max: 50 }) ?? 50;
  const nextToken = input.string('nextToken', { min: 1 });
  const wanted = readIdentifiers(input, account);
  input.check();
  if (prefix !== undefined && pattern !== undefined) {
    throw invalidParameter(
      'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
    );
  }
  const groups = [...account.groups.values()].filter(
    (group) =>
      (prefix === undefined || group.name.startsWith(prefix)) &&
      (pattern === undefined || group.name.includes(pattern)) &&
      (logGroupClass === undefined || group.logGroupClass === logGroupClass) &&
      (wanted === undefined || wanted.has(group)),
  );
  groups.sort((a, b) => (a.name < b.name ? -1 : 1));
  const page = pageAfter(groups, (group) => group.name, nextToken, limit);
  return {
    logGroups: page.items.map((group) => describe(group, pattern === undefined)),
    ...(page.nextToken !== undefined && { nextToken: page.nextToken }),
  };
};

function readIdentifiers(input: Input, account: Account): ReadonlySet<LogGroup | undefined> | undefined {
  const identifiers = input.strings('logGroupIdentifiers', {
    min: 1,
    max: 50,
    member: { min: 1, max: 2048 },
  });
  if (identifiers === undefined) return undefined;
  return new Set(
    identifiers.map((id) => (id.startsWith('arn:') ? groupOfArn(id, account) : account.groups.get(id))),
  );
}

function describe(group: LogGroup, withStoredBytes: boolean): object {
  const { arn } = group;
  let storedBytes = 0;
  for (const stream of group.streams.values()) storedBytes += stream.bytes;
  return {
    arn: `${arn}:*`,
    logGroupArn: arn,
    logGroupName: group.name,
    creationTime: group.creationTime,
    deletionProtectionEnabled: group.deletionProtectionEnabled,
    logGroupClass: group.logGroupClass,
    metricFilterCount: 0,
    ...(withStoredBytes && { storedBytes }),
    ...(group.retentionInDays !== undefined && { retentionInDays: group.retentionInDays }),
    ...(group.kmsKeyId !== undefined && { kmsKeyId: group.kmsKeyId }),
  };
}
