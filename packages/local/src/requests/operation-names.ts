import type { ModelOperation } from './constraints.js';

/** Every operation that the endpoint answers. */
export const OPERATION_NAMES = [
  'CreateLogGroup',
  'CreateLogStream',
  'DeleteLogGroup',
  'DeleteLogStream',
  'DeleteRetentionPolicy',
  'DescribeLogGroups',
  'DescribeLogStreams',
  'FilterLogEvents',
  'GetLogEvents',
  'ListTagsForResource',
  'ListTagsLogGroup',
  'PutLogEvents',
  'PutLogGroupDeletionProtection',
  'PutRetentionPolicy',
  'StartLiveTail',
  'TagLogGroup',
  'TagResource',
  'UntagLogGroup',
  'UntagResource',
] as const satisfies readonly ModelOperation[];

export type OperationName = (typeof OPERATION_NAMES)[number];
