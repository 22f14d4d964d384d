import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { invalidParameter, ServiceError } from '../errors/service-error.js';
import type { StartedQuery } from '../insights/queries.js';
import { Query } from '../insights/query.js';
import { QueryError } from '../insights/query-error.js';
import { discoveredFields } from '../insights/row.js';
import { EventSource, parsePointer } from '../insights/source.js';
import type { Input } from '../requests/input.js';
import type { LogGroup } from '../store/log-group.js';
import type { Context, Operation } from './context.js';
import { groupOfArn, readGroup } from './named-group.js';
import { pageAfter } from './page-token.js';

const MAX_GROUPS = 50;
const DEFAULT_MAX_RESULTS = 1_000;
/** The time that GetLogGroupFields looks at: the last 15 minutes, or 8 minutes on both sides of `time`. Source: API reference. */
const FIELDS_WINDOW_MS = 15 * 60_000;
const FIELDS_AROUND_MS = 8 * 60_000;
/** Fields that every event has. */
const SYSTEM_FIELDS = ['@timestamp', '@ingestionTime', '@message', '@logStream', '@log'];

export const startQuery: Operation = (input, context, { isReadable }) => {
  const { account, now, queries } = context;
  const groups = readGroups(input, context);
  const text = input.string('queryString') ?? '';
  const language = input.string('queryLanguage') ?? 'CWLI';
  // Times are whole seconds, and the last one is searched to its end.
  const start = (input.integer('startTime') ?? 0) * 1_000;
  const end = (input.integer('endTime') ?? 0) * 1_000 + 999;
  if (end < start) throw invalidParameter('The end of the time range must not be before its start.');
  if (language !== 'CWLI') {
    throw new ServiceError(
      'MalformedQueryException',
      `cloudwatch-logs-local does not emulate queries in ${language}.`,
    );
  }
  const source = groups.map(({ name }) => `"${name}"`).join(' ');
  const { queryId } = queries.start({
    account,
    groupNames: groups.map(({ name }) => name),
    queryString: `SOURCE ${source} START=${start} END=${end} | ${text}`,
    query: understood(text),
    limit: input.integer('limit'),
    source: new EventSource({ groups, start, end, now: now(), isReadable }),
  });
  return { queryId };
};

function understood(text: string): Query {
  try {
    return new Query(text);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const { message, start, end } = error;
    const location = { startCharOffset: start, endCharOffset: end };
    throw new ServiceError('MalformedQueryException', message, {
      fields: { queryCompileError: { location, message } },
    });
  }
}

/** Exactly one of the members that name log groups is there. */
function readGroups(input: Input, { account }: Context): LogGroup[] {
  const name = input.string('logGroupName');
  const names = input.strings('logGroupNames');
  const identifiers = input.strings('logGroupIdentifiers');
  const given = [name === undefined ? undefined : [name], names, identifiers].filter(
    (member) => member !== undefined,
  );
  const [asked = []] = given;
  if (given.length !== 1 || asked.length === 0 || asked.length > MAX_GROUPS) {
    throw invalidParameter(
      `Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must name 1 to ${MAX_GROUPS} log groups.`,
    );
  }
  const groups = asked.map((identifier) => {
    const group = identifier.startsWith('arn:')
      ? groupOfArn(identifier, account)
      : account.groups.get(identifier);
    if (group !== undefined) return group;
    // Recorded on AWS with all that stands in brackets.
    throw new ServiceError(
      'ResourceNotFoundException',
      `Log group '${identifier}' does not exist for account ID '${account.accountId}' (Service: AWSLogs; Status Code: 400; Error Code: ResourceNotFoundException; Request ID: ${randomUUID()}; Proxy: null)`,
    );
  });
  return [...new Set(groups)];
}

export const getQueryResults: Operation = (input, context) => {
  const { results, statistics, status } = readQuery(input, context);
  const maxItems = input.integer('maxItems') ?? results.length;
  const from = readOffset(input.string('nextToken'));
  const to = from + maxItems;
  return {
    queryLanguage: 'CWLI',
    results: results.slice(from, to),
    statistics: { ...statistics, estimatedRecordsSkipped: 0, estimatedBytesSkipped: 0 },
    status,
    ...(maxItems > 0 && to < results.length && { nextToken: `results:${to}` }),
  };
};

function readOffset(token: string | undefined): number {
  if (token === undefined) return 0;
  const offset = /^results:(\d{1,6})$/.exec(token)?.[1];
  if (offset === undefined) throw invalidParameter('The specified nextToken is invalid.');
  return Number(offset);
}

export const stopQuery: Operation = (input, context) => {
  const { queryId } = readQuery(input, context);
  if (!context.queries.cancel(queryId)) throw invalidParameter('The specified query is not running.');
  return { success: true };
};

function readQuery(input: Input, { account, queries }: Context): StartedQuery {
  const query = queries.find(account, input.string('queryId') ?? '');
  if (query === undefined) {
    throw new ServiceError('ResourceNotFoundException', 'The specified query does not exist.');
  }
  return query;
}

export const describeQueries: Operation = (input, { account, queries }) => {
  const groupName = input.string('logGroupName');
  const status = input.string('status');
  const language = input.string('queryLanguage') ?? 'CWLI';
  const found = queries
    .of(account)
    .filter(
      (query) =>
        language === 'CWLI' &&
        (groupName === undefined || query.groupNames.includes(groupName)) &&
        (status === undefined || query.status === status),
    );
  const key = (query: StartedQuery): string =>
    `${String(query.createTime).padStart(16, '0')} ${query.queryId}`;
  const sorted = found.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const limit = input.integer('maxResults') ?? DEFAULT_MAX_RESULTS;
  const page = pageAfter(sorted, key, input.string('nextToken'), limit, { descending: true });
  return {
    queries: page.items.map(({ createTime, groupNames, queryId, queryString, status }) => ({
      queryLanguage: 'CWLI',
      queryId,
      queryString,
      status,
      createTime,
      ...(groupNames.length === 1 && { logGroupName: groupNames[0] }),
    })),
    ...(page.nextToken !== undefined && { nextToken: page.nextToken }),
  };
};

export const getLogRecord: Operation = (input, { account }) => {
  const pointer = parsePointer(input.string('logRecordPointer') ?? '');
  if (pointer === undefined) throw invalidParameter('The specified logRecordPointer is invalid.');
  const group = account.groups.get(pointer.logGroupName);
  const stream = group?.streams.get(pointer.logStreamName);
  const rank = stream?.rankOf(pointer) ?? 0;
  const event = stream !== undefined && rank < stream.size ? stream.at(rank) : undefined;
  if (event === undefined || event.arrival !== pointer.arrival || event.timestamp !== pointer.timestamp) {
    throw new ServiceError('ResourceNotFoundException', 'The specified log record does not exist.');
  }
  const { ingestionTime, logStreamName, message, timestamp } = event;
  const fields = [...discoveredFields(message)].map(([name, value]) => [name, String(value)] as const);
  return {
    logRecord: {
      '@timestamp': String(timestamp),
      '@ingestionTime': String(ingestionTime),
      '@message': message,
      '@logStream': logStreamName,
      '@log': `${account.accountId}:${pointer.logGroupName}`,
      '@ptr': input.string('logRecordPointer'),
      ...Object.fromEntries(fields),
    },
  };
};

export const getLogGroupFields: Operation = async (input, { account, now }, { isReadable }) => {
  const group = readGroup(input, account);
  const time = input.integer('time');
  const range =
    time === undefined
      ? { start: now() - FIELDS_WINDOW_MS, end: now() }
      : { start: time * 1_000 - FIELDS_AROUND_MS, end: time * 1_000 + FIELDS_AROUND_MS };
  const counts = new Map<string, number>();
  let events = 0;
  const source = new EventSource({ groups: [group], ...range, now: now(), isReadable });
  const count = ({ message }: { readonly message: string }): void => {
    events += 1;
    for (const name of [...SYSTEM_FIELDS, ...discoveredFields(message).keys()]) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  };
  while (source.readSlice(count)) await nextTurn();
  const logGroupFields = [...counts].map(([name, count]) => ({
    name,
    percent: Math.round((count / events) * 100),
  }));
  logGroupFields.sort((a, b) => b.percent - a.percent || (a.name < b.name ? -1 : 1));
  return { logGroupFields };
};
