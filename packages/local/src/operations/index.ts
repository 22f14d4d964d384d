import type { OperationName } from '../requests/operation-names.js';
import type { Operation } from './context.js';
import {
  createLogGroup,
  deleteLogGroup,
  deleteRetentionPolicy,
  describeLogGroups,
  putLogGroupDeletionProtection,
  putRetentionPolicy,
} from './groups.js';
import { startLiveTail } from './live-tail.js';
import { putLogEvents } from './put.js';
import { filterLogEvents, getLogEvents } from './read.js';
import { createLogStream, deleteLogStream, describeLogStreams } from './streams.js';
import {
  listTagsForResource,
  listTagsLogGroup,
  tagLogGroup,
  tagResource,
  untagLogGroup,
  untagResource,
} from './tags.js';

const OPERATIONS: Readonly<Record<OperationName, Operation>> = {
  CreateLogGroup: createLogGroup,
  CreateLogStream: createLogStream,
  DeleteLogGroup: deleteLogGroup,
  DeleteLogStream: deleteLogStream,
  DeleteRetentionPolicy: deleteRetentionPolicy,
  DescribeLogGroups: describeLogGroups,
  DescribeLogStreams: describeLogStreams,
  FilterLogEvents: filterLogEvents,
  GetLogEvents: getLogEvents,
  ListTagsForResource: listTagsForResource,
  ListTagsLogGroup: listTagsLogGroup,
  PutLogEvents: putLogEvents,
  PutLogGroupDeletionProtection: putLogGroupDeletionProtection,
  PutRetentionPolicy: putRetentionPolicy,
  StartLiveTail: startLiveTail,
  TagLogGroup: tagLogGroup,
  TagResource: tagResource,
  UntagLogGroup: untagLogGroup,
  UntagResource: untagResource,
};

/** An operation that the endpoint answers, by its name. */
export function findOperation(
  name: string,
): { readonly name: OperationName; readonly carryOut: Operation } | undefined {
  if (!Object.hasOwn(OPERATIONS, name)) return undefined;
  const known = name as OperationName;
  return { name: known, carryOut: OPERATIONS[known] };
}
