import { onProcess } from 'cloudwatch-logs-publisher/worker';

/** The readable side of a winston logger. */
export interface LoggerStream {
  read?(): unknown;
  readonly readableLength?: number;
  readonly writableLength?: number;
}

/** Somebody whose loggers may hold lines back. */
export interface BacklogOwner {
  takeBacklog(): void;
}

/**
 * Lets a logger hand on what it holds back. A logger waits for its slowest transport, so behind one that stalls
 * lines wait that this transport could have taken; reading them gives them to all transports at once.
 */
export function drainLogger(logger: LoggerStream): void {
  if (typeof logger.read !== 'function') return;
  while ((logger.readableLength ?? 0) + (logger.writableLength ?? 0) > 0 && logger.read() !== null);
}

const owners = new Set<BacklogOwner>();
let stopListening = (): void => {};

/**
 * Takes the backlog of `owner` when the process ends, ahead of the publisher, which then delivers it.
 *
 * @returns call it when `owner` takes no more lines
 */
export function takeBacklogAtExit(owner: BacklogOwner): () => void {
  if (owners.size === 0) stopListening = onProcess('exit', 'backlog of winston', onExit, true);
  owners.add(owner);
  return () => {
    if (owners.delete(owner) && owners.size === 0) stopListening();
  };
}

function onExit(): void {
  for (const owner of owners) owner.takeBacklog();
}
