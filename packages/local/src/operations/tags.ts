import { ServiceError, validation } from '../errors/service-error.js';
import type { Input } from '../requests/input.js';
import type { Account, LogGroup } from '../store/log-group.js';
import { groupOfArn, type Operation } from './context.js';

const MAX_TAGS = 50;

export const tagResource: Operation = (input, { account }) => {
  addTags(readResource(input, account), input.stringMap('tags') ?? {});
  return undefined;
};

export const untagResource: Operation = (input, { account }) => {
  const group = readResource(input, account);
  for (const key of input.strings('tagKeys') ?? []) group.tags.delete(key);
  return undefined;
};

export const listTagsForResource: Operation = (input, { account }) => ({
  tags: Object.fromEntries(readResource(input, account).tags),
});

export const tagLogGroup: Operation = (input, { account }) => {
  addTags(account.group(input.required('logGroupName')), input.stringMap('tags') ?? {});
  return undefined;
};

export const untagLogGroup: Operation = (input, { account }) => {
  const group = account.group(input.required('logGroupName'));
  for (const key of input.strings('tags') ?? []) group.tags.delete(key);
  return undefined;
};

export const listTagsLogGroup: Operation = (input, { account }) => ({
  tags: Object.fromEntries(account.group(input.required('logGroupName')).tags),
});

function addTags(group: LogGroup, tags: Readonly<Record<string, string>>): void {
  const merged = new Map([...group.tags, ...Object.entries(tags)]);
  if (merged.size > MAX_TAGS) {
    throw new ServiceError('TooManyTagsException', `A resource can have at most ${MAX_TAGS} tags.`);
  }
  for (const [key, value] of merged) group.tags.set(key, value);
}

/** Reads resourceArn, which must be the ARN of a log group. */
function readResource(input: Input, account: Account): LogGroup {
  const arn = input.required('resourceArn');
  if (!/^arn:[\w-]+:logs:[^:]*:[^:]*:[\w-]+:[^:]+$/.test(arn)) throw validation('Invalid resourceArn');
  const group = groupOfArn(arn, account);
  if (group === undefined) {
    throw new ServiceError('ResourceNotFoundException', 'The specified resource does not exist.');
  }
  return group;
}
