import type { ModelOperation } from './constraints.js';

/** Every operation that the endpoint answers. */
export const OPERATION_NAMES = [
  'CreateLogGroup',
  'CreateLogStream',
  'DeleteLogGroup',
  'DeleteLogStream',
  'DeleteMetricFilter',
  'DeleteRetentionPolicy',
  'DeleteSubscriptionFilter',
  'DescribeLogGroups',
  'DescribeLogStreams',
  'DescribeMetricFilters',
  'DescribeQueries',
  'DescribeSubscriptionFilters',
  'FilterLogEvents',
  'GetLogEvents',
  'GetLogGroupFields',
  'GetLogRecord',
  'GetQueryResults',
  'ListTagsForResource',
  'ListTagsLogGroup',
  'PutLogEvents',
  'PutLogGroupDeletionProtection',
  'PutMetricFilter',
  'PutRetentionPolicy',
  'PutSubscriptionFilter',
  'StartLiveTail',
  'StartQuery',
  'StopQuery',
  'TagLogGroup',
  'TagResource',
  'TestMetricFilter',
  'UntagLogGroup',
  'UntagResource',
] as const satisfies readonly ModelOperation[];

export type OperationName = (typeof OPERATION_NAMES)[number];
