import { ServiceError, validation } from '../errors/service-error.js';
import type { Input } from '../requests/input.js';
import type { LogGroup } from '../store/log-group.js';
import type { Context, Operation } from './context.js';
import { groupOfArn } from './named-group.js';

const MAX_TAGS = 50;

/** A log group or a destination, as something with tags. */
interface Tagged {
  readonly tags: ReadonlyMap<string, string>;
  readonly change: (tags: ReadonlyMap<string, string>) => void;
}

export const tagResource: Operation = (input, context) => {
  addTags(readResource(input, context), input.stringMap('tags') ?? {});
  return undefined;
};

export const untagResource: Operation = (input, context) => {
  removeTags(readResource(input, context), input.strings('tagKeys') ?? []);
  return undefined;
};

export const listTagsForResource: Operation = (input, context) => ({
  tags: Object.fromEntries(readResource(input, context).tags),
});

export const tagLogGroup: Operation = (input, context) => {
  addTags(readGroup(input, context), input.stringMap('tags') ?? {});
  return undefined;
};

export const untagLogGroup: Operation = (input, context) => {
  removeTags(readGroup(input, context), input.strings('tags') ?? []);
  return undefined;
};

export const listTagsLogGroup: Operation = (input, context) => ({
  tags: Object.fromEntries(readGroup(input, context).tags),
});

function addTags({ change, tags }: Tagged, added: Readonly<Record<string, string>>): void {
  const merged = new Map([...tags, ...Object.entries(added)]);
  if (merged.size > MAX_TAGS) {
    throw new ServiceError('TooManyTagsException', `A resource can have at most ${MAX_TAGS} tags.`);
  }
  change(merged);
}

function removeTags({ change, tags }: Tagged, keys: readonly string[]): void {
  change(new Map([...tags].filter(([key]) => !keys.includes(key))));
}

function readGroup(input: Input, context: Context): Tagged {
  return ofGroup(context.account.group(input.required('logGroupName')), context);
}

function ofGroup(group: LogGroup, { store }: Context): Tagged {
  return { tags: group.tags, change: (tags) => store.changeGroup(group, { tags }) };
}

/** Reads resourceArn, which must be the ARN of a log group or a destination. */
function readResource(input: Input, context: Context): Tagged {
  const { account, store } = context;
  const arn = input.required('resourceArn');
  if (!/^arn:[\w-]+:logs:[^:]*:[^:]*:[\w-]+:[^:]+$/.test(arn)) throw validation('Invalid resourceArn');
  const group = groupOfArn(arn, account);
  if (group !== undefined) return ofGroup(group, context);
  const { destinations } = account.resources;
  const prefix = `arn:aws:logs:${account.region}:${account.accountId}:destination:`;
  const destination = arn.startsWith(prefix) ? destinations.get(arn.slice(prefix.length)) : undefined;
  if (destination === undefined) {
    throw new ServiceError('ResourceNotFoundException', 'The specified resource does not exist.');
  }
  return {
    tags: new Map(Object.entries(destination.tags)),
    change: (tags) => {
      destinations.set(destination.destinationName, { ...destination, tags: Object.fromEntries(tags) });
      store.accountChanged(account);
    },
  };
}
