// libuv has four threads for all file systems and names of a process. Of a disk that hangs each call holds one for ever.
const MOST_CALLS = 2;

let underWay = 0;
let generation = 0;
const waiting: (() => void)[] = [];

/**
 * Makes a call that occupies a thread of libuv's pool while the disk works, or hangs: all spools of a thread together
 * make at most {@link MOST_CALLS} at a time, the others wait their turn. A call must not wait for another one.
 */
export async function onDisk<T>(call: () => Promise<T>): Promise<T> {
  const release = await turn();
  try {
    return await call();
  } finally {
    release();
  }
}

/** Resolves when a call may be made; what it resolves with is to be called when the call has ended. */
export async function turn(): Promise<() => void> {
  const now = turnNow();
  if (now !== undefined) return now;
  await new Promise<void>((resolve) => waiting.push(resolve));
  return ending();
}

/** The same where a call may be made at once; undefined where it may not. */
export function turnNow(): (() => void) | undefined {
  if (underWay >= MOST_CALLS) return undefined;
  underWay += 1;
  return ending();
}

/** For tests that play several processes in one: what is under way is not waited for, as its process is dead. */
export function forgetCalls(): void {
  generation += 1;
  underWay = 0;
  for (const next of waiting.splice(0, MOST_CALLS)) {
    underWay += 1;
    next();
  }
}

function ending(): () => void {
  const born = generation;
  let isOver = false;
  return () => {
    if (isOver || born !== generation) return;
    isOver = true;
    // The turn goes to who waited longest; without one it is free again.
    const next = waiting.shift();
    if (next) next();
    else underWay -= 1;
  };
}
