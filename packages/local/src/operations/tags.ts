import { ServiceError } from '../errors/service-error.js';
import type { Input } from '../requests/input.js';
import type { Account, LogGroup } from '../store/log-group.js';
import { groupOfArn, type Operation } from './context.js';

const MAX_TAGS = 50;
const KEY = { min: 1, max: 128 };
const VALUE = { max: 256 };

export function readTags(input: Input, required: boolean): Readonly<Record<string, string>> | undefined {
  return input.stringMap('tags', { min: 1, max: MAX_TAGS, key: KEY, value: VALUE, required });
}

export const tagResource: Operation = (input, { account }) => {
  const tags = readTags(input, true) ?? {};
  const group = readResource(input, account);
  const merged = new Map([...group.tags, ...Object.entries(tags)]);
  if (merged.size > MAX_TAGS) {
    throw new ServiceError('TooManyTagsException', `A resource can have at most ${MAX_TAGS} tags.`);
  }
  for (const [key, value] of merged) group.tags.set(key, value);
  return undefined;
};

export const untagResource: Operation = (input, { account }) => {
  const keys = input.strings('tagKeys', { max: MAX_TAGS, required: true, member: KEY }) ?? [];
  const group = readResource(input, account);
  for (const key of keys) group.tags.delete(key);
  return undefined;
};

export const listTagsForResource: Operation = (input, { account }) => ({
  tags: Object.fromEntries(readResource(input, account).tags),
});

/** Reads resourceArn, which must be the ARN of a log group, and checks all that was read so far. */
function readResource(input: Input, account: Account): LogGroup {
  const arn = input.required('resourceArn', { min: 1, max: 1011 });
  input.check();
  const group = groupOfArn(arn, account);
  if (group === undefined) {
    throw new ServiceError('ResourceNotFoundException', 'The specified resource does not exist.');
  }
  return group;
}
