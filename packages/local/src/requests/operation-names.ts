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
  'PutLogEvents',
  'PutLogGroupDeletionProtection',
  'PutRetentionPolicy',
  'StartLiveTail',
  'TagResource',
  'UntagResource',
] as const;

export type OperationName = (typeof OPERATION_NAMES)[number];
