import type { OperationName } from '../requests/constraints.js';
import type { Operation } from './context.js';
import {
  createLogGroup,
  deleteLogGroup,
  deleteRetentionPolicy,
  describeLogGroups,
  listLogGroups,
  putLogGroupDeletionProtection,
  putRetentionPolicy,
} from './groups.js';
import {
  describeQueries,
  getLogGroupFields,
  getLogRecord,
  getQueryResults,
  startQuery,
  stopQuery,
} from './insights.js';
import { associateKmsKey, disassociateKmsKey } from './kms.js';
import { startLiveTail } from './live-tail.js';
import {
  deleteMetricFilter,
  describeMetricFilters,
  putMetricFilter,
  testMetricFilter,
} from './metric-filters.js';
import { putLogEvents } from './put.js';
import { filterLogEvents, getLogEvents } from './read.js';
import {
  deleteAccountPolicy,
  describeAccountPolicies,
  putAccountPolicy,
} from './stored-only/account-policies.js';
import {
  deleteDataProtectionPolicy,
  getDataProtectionPolicy,
  putDataProtectionPolicy,
} from './stored-only/data-protection.js';
import {
  deleteDestination,
  describeDestinations,
  putDestination,
  putDestinationPolicy,
} from './stored-only/destinations.js';
import { cancelExportTask, createExportTask, describeExportTasks } from './stored-only/export-tasks.js';
import {
  deleteIndexPolicy,
  describeFieldIndexes,
  describeIndexPolicies,
  putIndexPolicy,
} from './stored-only/index-policies.js';
import {
  deleteQueryDefinition,
  describeQueryDefinitions,
  putQueryDefinition,
} from './stored-only/query-definitions.js';
import {
  deleteResourcePolicy,
  describeResourcePolicies,
  putResourcePolicy,
} from './stored-only/resource-policies.js';
import { createLogStream, deleteLogStream, describeLogStreams } from './streams.js';
import {
  deleteSubscriptionFilter,
  describeSubscriptionFilters,
  putSubscriptionFilter,
} from './subscription-filters.js';
import {
  listTagsForResource,
  listTagsLogGroup,
  tagLogGroup,
  tagResource,
  untagLogGroup,
  untagResource,
} from './tags.js';

const OPERATIONS: Readonly<Record<OperationName, Operation>> = {
  AssociateKmsKey: associateKmsKey,
  CancelExportTask: cancelExportTask,
  CreateExportTask: createExportTask,
  CreateLogGroup: createLogGroup,
  CreateLogStream: createLogStream,
  DeleteAccountPolicy: deleteAccountPolicy,
  DeleteDataProtectionPolicy: deleteDataProtectionPolicy,
  DeleteDestination: deleteDestination,
  DeleteIndexPolicy: deleteIndexPolicy,
  DeleteLogGroup: deleteLogGroup,
  DeleteLogStream: deleteLogStream,
  DeleteMetricFilter: deleteMetricFilter,
  DeleteQueryDefinition: deleteQueryDefinition,
  DeleteResourcePolicy: deleteResourcePolicy,
  DeleteRetentionPolicy: deleteRetentionPolicy,
  DeleteSubscriptionFilter: deleteSubscriptionFilter,
  DescribeAccountPolicies: describeAccountPolicies,
  DescribeDestinations: describeDestinations,
  DescribeExportTasks: describeExportTasks,
  DescribeFieldIndexes: describeFieldIndexes,
  DescribeIndexPolicies: describeIndexPolicies,
  DescribeLogGroups: describeLogGroups,
  DescribeLogStreams: describeLogStreams,
  DescribeMetricFilters: describeMetricFilters,
  DescribeQueries: describeQueries,
  DescribeQueryDefinitions: describeQueryDefinitions,
  DescribeResourcePolicies: describeResourcePolicies,
  DescribeSubscriptionFilters: describeSubscriptionFilters,
  DisassociateKmsKey: disassociateKmsKey,
  FilterLogEvents: filterLogEvents,
  GetDataProtectionPolicy: getDataProtectionPolicy,
  GetLogEvents: getLogEvents,
  GetLogGroupFields: getLogGroupFields,
  GetLogRecord: getLogRecord,
  GetQueryResults: getQueryResults,
  ListLogGroups: listLogGroups,
  ListTagsForResource: listTagsForResource,
  ListTagsLogGroup: listTagsLogGroup,
  PutAccountPolicy: putAccountPolicy,
  PutDataProtectionPolicy: putDataProtectionPolicy,
  PutDestination: putDestination,
  PutDestinationPolicy: putDestinationPolicy,
  PutIndexPolicy: putIndexPolicy,
  PutLogEvents: putLogEvents,
  PutLogGroupDeletionProtection: putLogGroupDeletionProtection,
  PutMetricFilter: putMetricFilter,
  PutQueryDefinition: putQueryDefinition,
  PutResourcePolicy: putResourcePolicy,
  PutRetentionPolicy: putRetentionPolicy,
  PutSubscriptionFilter: putSubscriptionFilter,
  StartLiveTail: startLiveTail,
  StartQuery: startQuery,
  StopQuery: stopQuery,
  TagLogGroup: tagLogGroup,
  TagResource: tagResource,
  TestMetricFilter: testMetricFilter,
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
