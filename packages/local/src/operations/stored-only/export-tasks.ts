import { randomUUID } from 'node:crypto';
import { invalidParameter, ServiceError } from '../../errors/service-error.js';
import type { ExportTask } from '../../store/resources.js';
import type { Operation } from '../context.js';
import { refuseInfrequentAccess } from '../named-group.js';
import { pageAfter } from '../page-token.js';

/** The oldest are forgotten; the service remembers them for a time that is not known. */
const MAX_TASKS = 1_000;

export const createExportTask: Operation = (input, { account, now, store }) => {
  const logGroupName = input.required('logGroupName');
  const from = input.integer('from') ?? 0;
  const to = input.integer('to') ?? 0;
  const taskName = input.string('taskName');
  if (from >= to) throw invalidParameter('from must be before to.');
  refuseInfrequentAccess(account.group(logGroupName), 'CreateExportTask');
  const { exportTasks } = account.resources;
  const taskId = randomUUID();
  exportTasks.set(taskId, {
    taskId,
    ...(taskName !== undefined && { taskName }),
    logGroupName,
    from,
    to,
    destination: input.required('destination'),
    destinationPrefix: input.string('destinationPrefix') ?? 'exportedlogs',
    status: { code: 'PENDING', message: 'cloudwatch-logs-local keeps export tasks and exports nothing' },
    executionInfo: { creationTime: now() },
  });
  const [oldest] = exportTasks.keys();
  if (exportTasks.size > MAX_TASKS && oldest !== undefined) exportTasks.delete(oldest);
  store.accountChanged(account);
  return { taskId };
};

export const cancelExportTask: Operation = (input, { account, now, store }) => {
  const { exportTasks } = account.resources;
  const task = exportTasks.get(input.required('taskId'));
  if (task === undefined)
    throw new ServiceError('ResourceNotFoundException', 'The specified export task does not exist.');
  if (task.status.code !== 'PENDING') {
    throw new ServiceError('InvalidOperationException', 'The specified export task has already finished');
  }
  exportTasks.set(task.taskId, {
    ...task,
    status: { code: 'CANCELLED', message: 'Cancelled by user' },
    executionInfo: { ...task.executionInfo, completionTime: now() },
  });
  store.accountChanged(account);
  return undefined;
};

export const describeExportTasks: Operation = (input, { account }) => {
  const taskId = input.string('taskId');
  const statusCode = input.string('statusCode');
  const key = (task: ExportTask): string =>
    `${String(task.executionInfo.creationTime).padStart(16, '0')} ${task.taskId}`;
  const found = [...account.resources.exportTasks.values()].filter(
    (task) =>
      (taskId === undefined || task.taskId === taskId) &&
      (statusCode === undefined || task.status.code === statusCode),
  );
  found.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const limit = input.integer('limit') ?? 50;
  const page = pageAfter(found, key, input.string('nextToken'), limit, { descending: true });
  return {
    exportTasks: page.items,
    ...(page.nextToken !== undefined && { nextToken: page.nextToken }),
  };
};
