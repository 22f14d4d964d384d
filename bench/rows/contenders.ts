import type { Case, Group } from '../harness/row.js';

/** Something that logs: a logger with a transport, or less. */
export interface Contender {
  readonly id: string;
  /** As people read it, in Markdown. */
  readonly label: string;
  readonly group: Group;
  /** File in this folder's parent, without `.mjs`. */
  readonly logger: string;
  /** The endpoint that it speaks to. @default 'reading' */
  readonly endpoint?: Case['endpoint'];
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Environment of the process, for those that take their settings from there. */
  readonly usesEnvironment?: boolean;
  /** About how many 200 B lines it delivers a second, which says how many it can be given to deliver. */
  readonly pace?: number;
}

export const PINO_FLOOR: Contender = {
  id: 'pino-file',
  label: 'pino → `pino/file` to /dev/null',
  group: 'floor',
  logger: 'loggers/pino-file',
};

export const WINSTON_FLOOR: Contender = {
  id: 'winston-noop',
  label: 'winston → no-op transport',
  group: 'floor',
  logger: 'loggers/winston-noop',
};

export const PINO_WORKER: Contender = {
  id: 'pino-worker',
  label: '**pino-cloudwatch-logs**, worker',
  group: 'ours',
  logger: 'loggers/pino-worker',
};

export const PINO_IN_PROCESS: Contender = {
  id: 'pino-in-process',
  label: '**pino-cloudwatch-logs**, in-process',
  group: 'ours',
  logger: 'loggers/pino-in-process',
};

export const WINSTON_IN_PROCESS: Contender = {
  id: 'winston-in-process',
  label: '**winston-cloudwatch-logs**, in-process',
  group: 'ours',
  logger: 'loggers/winston-cloudwatch-logs',
};

export const WINSTON_WORKER: Contender = {
  id: 'winston-worker',
  label: '**winston-cloudwatch-logs**, `worker: true`',
  group: 'ours',
  logger: 'loggers/winston-cloudwatch-logs',
  settings: { worker: true },
};

export const PUBLISHER: Contender = {
  id: 'publisher',
  label: '**cloudwatch-logs-publisher** alone',
  group: 'ours',
  logger: 'loggers/publisher',
};

/** Room for everything that is logged at once, so that nothing is dropped where the default of 64 MiB would be full. */
const ROOMY = { maxBufferBytes: 512 * 1024 * 1024 };

/** The same contender with room for everything that is logged at once. */
export function roomy(contender: Contender): Contender {
  return variant(contender, contender.id, contender.label, ROOMY);
}

/** The same contender with other settings. */
export function variant(
  contender: Contender,
  id: string,
  label: string,
  settings: Contender['settings'],
): Contender {
  return { ...contender, id, label, settings: { ...contender.settings, ...settings } };
}

/** A case in which this contender logs. */
export function caseOf(
  contender: Contender,
  settings: Pick<Case, 'load' | 'task' | 'seconds'> & Partial<Case>,
): Case {
  const { id, label, group, logger, usesEnvironment, endpoint = 'reading' } = contender;
  const { task, ...others } = settings;
  return {
    id,
    label,
    group,
    endpoint,
    needsContenders: group === 'others',
    usesEnvironment,
    ...others,
    task: { logger, settings: contender.settings ?? {}, ...task },
  };
}
