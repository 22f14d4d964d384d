import fs from 'node:fs';
import path from 'node:path';
import { clearInterval, now, setInterval, whenRead } from '../../time/clock.js';

// libuv has four threads for all file systems and names of a process. Of a disk that hangs each call holds one for ever.
const MOST_CALLS = 2;

let underWay = 0;
let generation = 0;
/** A clock that stands still while the thread is busy, or waits at its end, and cannot hear that a call has ended. */
let heardMs = 0;
let heardAt = now();
/** When each call began that is under way, on that clock. */
let begun = new Set<{ readonly at: number }>();
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

/** For how long the oldest call is known to have been under way, in milliseconds; 0 when there is none. */
export function longestCallMs(): number {
  let first = heardMs;
  for (const { at } of begun) first = Math.min(first, at);
  return heardMs - first;
}

/** Calls back, every so often, while a call has been under way for so long. @returns call it when nobody wants to know */
export function onHang(afterMs: number, hangs: () => void): () => void {
  const everyMs = afterMs / 8;
  const look = () => {
    heardMs += Math.min(now() - heardAt, 2 * everyMs);
    heardAt = now();
    if (longestCallMs() >= afterMs) hangs();
  };
  // A thread that was busy finds its timers due before it hears of what has ended.
  const timer = setInterval(() => whenRead(look), everyMs).unref();
  return () => clearInterval(timer);
}

/** Resolves when `done` does, or when a call has been under way for so long: then nobody knows whether it ever will. */
export async function unlessHanging(afterMs: number, done: Promise<void>): Promise<void> {
  let end = () => {};
  const hangs = new Promise<void>((resolve) => {
    end = onHang(afterMs, resolve);
  });
  await Promise.race([done, hangs]);
  end();
}

/** For tests that play several processes in one: what is under way is not waited for, as its process is dead. */
export function forgetCalls(): void {
  generation += 1;
  underWay = 0;
  begun = new Set();
  for (const next of waiting.splice(0, MOST_CALLS)) {
    underWay += 1;
    next();
  }
}

function ending(): () => void {
  const born = generation;
  const call = { at: heardMs };
  begun.add(call);
  let isOver = false;
  return () => {
    if (isOver || born !== generation) return;
    isOver = true;
    begun.delete(call);
    // The turn goes to who waited longest; without one it is free again.
    const next = waiting.shift();
    if (next) next();
    else underWay -= 1;
  };
}

/** Puts the names in a directory on the disk; does nothing where the system has no such thing. */
export async function syncDirectory(directory: string): Promise<void> {
  try {
    await onDisk(async () => {
      const handle = await fs.promises.open(directory, 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    });
  } catch {}
}

/** Makes a directory, with mode 0700, and those above it that are missing, and puts their names on the disk. */
export async function makeDirectories(directory: string): Promise<void> {
  const first = await onDisk(() => fs.promises.mkdir(directory, { recursive: true, mode: 0o700 }));
  if (first === undefined) return;
  for (let made = directory; made.length >= first.length; made = path.dirname(made)) {
    await syncDirectory(path.dirname(made));
  }
}
