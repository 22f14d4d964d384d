import { invalidParameter } from '../errors/service-error.js';
import type { LogGroup } from '../store/log-group.js';
import type { LogStream } from '../store/log-stream.js';
import type { Context, Operation } from './context.js';
import { refuseIfProtected } from './groups.js';
import { readGroup } from './named-group.js';
import { pageAfter } from './page-token.js';

export const createLogStream: Operation = (input, { account, store, onStream }) => {
  const groupName = input.required('logGroupName');
  const streamName = input.required('logStreamName');
  store.createStream(account.group(groupName), streamName);
  onStream(groupName, streamName);
  return undefined;
};

export const deleteLogStream: Operation = (input, { account, store }) => {
  const groupName = input.required('logGroupName');
  const streamName = input.required('logStreamName');
  const group = account.group(groupName);
  const stream = group.stream(streamName);
  refuseIfProtected(group);
  store.deleteStream(group, stream);
  return undefined;
};

export const describeLogStreams: Operation = (input, context) => {
  const prefix = input.string('logStreamNamePrefix');
  const orderBy = input.string('orderBy');
  const descending = input.boolean('descending') ?? false;
  const limit = input.integer('limit') ?? 50;
  const nextToken = input.string('nextToken');
  const group = readGroup(input, context.account);
  if (orderBy === 'LastEventTime' && prefix !== undefined) {
    throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
  }
  const key = orderBy === 'LastEventTime' ? byLastEventTime : (stream: LogStream) => stream.name;
  const streams = [...group.streams.values()].filter((stream) => stream.name.startsWith(prefix ?? ''));
  streams.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const page = pageAfter(streams, key, nextToken, limit, { descending });
  return {
    logStreams: page.items.map((stream) => describe(stream, group, context)),
    ...(page.nextToken !== undefined && { nextToken: page.nextToken }),
  };
};

/** Sorts by time, and by name among equals. Timestamps have at most 16 digits. */
function byLastEventTime(stream: LogStream): string {
  return `${String(stream.lastEventTimestamp ?? 0).padStart(16, '0')} ${stream.name}`;
}

function describe(stream: LogStream, group: LogGroup, context: Context): object {
  const token = context.sequenceTokens === 'enforced' ? stream.tokens.expected : undefined;
  return {
    logStreamName: stream.name,
    creationTime: stream.creationTime,
    arn: `${group.arn}:log-stream:${stream.name}`,
    // Zero since June 2019, whatever the stream holds.
    storedBytes: 0,
    ...(stream.firstEventTimestamp !== undefined && {
      firstEventTimestamp: stream.firstEventTimestamp,
      lastEventTimestamp: stream.lastEventTimestamp,
      lastIngestionTime: stream.lastIngestionTime,
    }),
    ...(token !== undefined && { uploadSequenceToken: token }),
  };
}
