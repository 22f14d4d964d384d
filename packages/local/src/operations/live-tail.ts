import { invalidParameter, noSuchGroup } from '../errors/service-error.js';
import { EVENT_STREAM_TYPE } from '../live-tail/event-stream.js';
import type { LiveTailRequest } from '../live-tail/session.js';
import type { Input } from '../requests/input.js';
import type { LogGroup } from '../store/log-group.js';
import { type Context, type Operation, StreamedAnswer } from './context.js';
import { filterPattern } from './filter-pattern.js';
import { groupOfArn, refuseInfrequentAccess } from './named-group.js';

export const startLiveTail: Operation = (input, context) => {
  const request = readRequest(input, context);
  const { liveTails } = context;
  liveTails.checkLimit();
  return new StreamedAnswer(EVENT_STREAM_TYPE, (output, requestId) => {
    liveTails.begin(request, output, requestId);
  });
};

function readRequest(input: Input, context: Context): LiveTailRequest {
  const logGroupIdentifiers = input.strings('logGroupIdentifiers') ?? [];
  const logStreamNames = input.strings('logStreamNames');
  const logStreamNamePrefixes = input.strings('logStreamNamePrefixes');
  const logEventFilterPattern = input.string('logEventFilterPattern');
  const byStream = logStreamNames !== undefined || logStreamNamePrefixes !== undefined;
  if (logStreamNames !== undefined && logStreamNamePrefixes !== undefined) {
    throw invalidParameter('logStreamNames and logStreamNamePrefixes are mutually exclusive parameters.');
  }
  if (byStream && logGroupIdentifiers.length > 1) {
    throw invalidParameter('Log streams can be named only when there is one log group.');
  }
  return {
    groups: logGroupIdentifiers.map((identifier) => tailedGroup(identifier, context)),
    logGroupIdentifiers,
    logStreamNames,
    logStreamNamePrefixes,
    logEventFilterPattern,
    pattern: filterPattern(logEventFilterPattern ?? ''),
  };
}

function tailedGroup(identifier: string, { account }: Context): LogGroup {
  if (!identifier.startsWith('arn:')) {
    throw invalidParameter('logGroupIdentifiers must be ARNs of log groups.');
  }
  const group = groupOfArn(identifier, account);
  if (group === undefined) throw noSuchGroup();
  refuseInfrequentAccess(group, 'StartLiveTail');
  return group;
}
