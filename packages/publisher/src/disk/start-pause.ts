import type { Dispatcher } from '../stream/dispatcher.js';
import type { Clock } from '../time/clock.js';

const LONGEST_HANG_MS = 10_000; // a file system that hangs must not hold up logs

/**
 * Puts nothing until it is known what earlier processes were about to put, as their tokens tell nothing after another
 * put. Where reading their files makes no progress it ends by itself.
 *
 * @param progress grows while files are read
 * @returns ends it
 */
export function pauseAtStart(
  { clock, dispatcher }: { readonly clock: Clock; readonly dispatcher: Dispatcher },
  progress: () => number,
): () => void {
  dispatcher.pause();
  let seen = 0;
  let timer: unknown;
  const look = (): void => {
    if (progress() === seen) dispatcher.resume();
    else timer = clock.setTimer(look, LONGEST_HANG_MS);
    seen = progress();
  };
  timer = clock.setTimer(look, LONGEST_HANG_MS);
  return () => {
    clock.clearTimer(timer);
    dispatcher.resume();
  };
}
