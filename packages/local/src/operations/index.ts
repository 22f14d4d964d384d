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
import { listTagsForResource, tagResource, untagResource } from './tags.js';

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
  PutLogEvents: putLogEvents,
  PutLogGroupDeletionProtection: putLogGroupDeletionProtection,
  PutRetentionPolicy: putRetentionPolicy,
  StartLiveTail: startLiveTail,
  TagResource: tagResource,
  UntagResource: untagResource,
};

export function findOperation(name: string): Operation | undefined {
  return Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name as OperationName] : undefined;
}
