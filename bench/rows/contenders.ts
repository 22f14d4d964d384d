import type { Case, Group } from '../harness/row.js';

/** Something that logs: a logger with a transport, or less. */
export interface Contender {
  readonly id: string;
  readonly label: string;
  readonly group: Group;
  /** File in `loggers/`, without `.mjs`. */
  readonly logger: string;
  readonly settings?: Readonly<Record<string, unknown>>;
}

export const PINO_FLOOR: Contender = {
  ...{ id: 'pino-file', label: 'pino → `pino/file` to /dev/null', group: 'floor', logger: 'pino-file' },
};
export const WINSTON_FLOOR: Contender = {
  ...{ id: 'winston-noop', label: 'winston → no-op transport', group: 'floor', logger: 'winston-noop' },
};

export const PINO_WORKER: Contender = {
  ...{ id: 'pino-worker', label: '**pino-cloudwatch-logs**, worker', group: 'ours', logger: 'pino-worker' },
};
export const PINO_IN_PROCESS: Contender = {
  ...{ id: 'pino-in-process', label: '**pino-cloudwatch-logs**, in-process', group: 'ours' },
  logger: 'pino-in-process',
};
export const WINSTON_IN_PROCESS: Contender = {
  ...{ id: 'winston-in-process', label: '**winston-cloudwatch-logs**', group: 'ours' },
  logger: 'winston-cloudwatch-logs',
};
export const WINSTON_WORKER: Contender = {
  ...{ id: 'winston-worker', label: '**winston-cloudwatch-logs**, `worker: true`', group: 'ours' },
  ...{ logger: 'winston-cloudwatch-logs', settings: { worker: true } },
};
export const PUBLISHER: Contender = {
  ...{ id: 'publisher', label: '**cloudwatch-logs-publisher** alone', group: 'ours', logger: 'publisher' },
};

/** A case in which this contender logs. */
export function caseOf(
  contender: Contender,
  settings: Pick<Case, 'load' | 'task' | 'seconds'> & Partial<Case>,
): Case {
  const { id, label, group, logger } = contender;
  const { task, ...rest } = settings;
  return {
    ...{ id, label, group, endpoint: 'reading' },
    ...rest,
    task: { logger, settings: contender.settings ?? {}, ...task },
  };
}
