import { isMainThread } from 'node:worker_threads';

/** Registered, because an application may load several copies of this package. */
const KEY = Symbol.for('cloudwatch-logs-publisher.end-in-deno');

/**
 * Node.js emits 'exit' after an error that nobody handles, and what finishes there depends on it: this package, the workers
 * of pino, the backlog of winston. Deno ends without it, so it is emitted here.
 */
export function emitExitInDeno(): void {
  if (!('Deno' in globalThis) || !isMainThread || KEY in globalThis) return;
  Object.assign(globalThis, { [KEY]: true });
  process.on('uncaughtExceptionMonitor', (_error, origin) => {
    // With a listener of the application the process lives on, or is ended there by process.exit().
    const isHandled =
      process.listenerCount('uncaughtException') > 0 ||
      (origin === 'unhandledRejection' && process.listenerCount('unhandledRejection') > 0);
    if (!isHandled) process.emit('exit', 1);
  });
}
