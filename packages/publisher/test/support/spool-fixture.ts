import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { SpooledEvent } from '../../src/spool/format/event-frame.ts';
import { currentOwner, type OwnerIdentity } from '../../src/spool/owners/owner-directory.ts';
import { openSpool, type Spool, type SpoolOptions } from '../../src/spool/spool.ts';

const endings = new WeakMap<TestContext, (() => unknown)[]>();

/** Does something when the test ends, in the opposite order of these calls: `t.after` keeps their order. */
export function atEnd(t: TestContext, end: () => unknown): void {
  const list = endings.get(t) ?? [];
  if (!endings.has(t)) {
    endings.set(t, list);
    t.after(async () => {
      for (const one of list.reverse()) await one();
    });
  }
  list.push(end);
}

/** A directory that is gone after the test. */
export function temporaryDirectory(t: TestContext): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'spool-'));
  atEnd(t, () => fs.rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));
  return directory;
}

/** An owner whose process is not there: a spool that it wrote and did not close is a crashed one. */
export function deadOwner(): OwnerIdentity {
  return { ...currentOwner(), pid: 2 ** 30, startTime: '1' };
}

/** The log stream of most events of these tests. */
export const STREAM = { logGroupName: 'group', logStreamName: 'stream' };

/** Where the events of these tests go. */
export const destination = { region: 'eu-central-1', logGroupName: 'group' };

export function open(directory: string, options: Partial<SpoolOptions> = {}): Spool {
  // A crashed spool still lives in this process: it must not make its directory anew when that was taken over.
  const retry = options.owner === undefined ? {} : { retryDelayMs: 3_600_000 };
  return openSpool({
    directory,
    destination,
    maxBytes: 64 * 1024 * 1024,
    mode: 'always',
    ...retry,
    ...options,
  });
}

/** Opens a spool, and closes it when the test ends. */
export function openUntilEnd(t: TestContext, directory: string, options: Partial<SpoolOptions> = {}): Spool {
  const spool = open(directory, options);
  atEnd(t, () => spool.close());
  return spool;
}

/** Everything in a spool that is open. */
export async function readAll(spool: Spool, afterId = 0, maxBytes = 1_000_000): Promise<SpooledEvent[]> {
  const events: SpooledEvent[] = [];
  for await (const batch of spool.read({ afterId, maxBytes })) events.push(...batch);
  return events;
}

/** Appends events that hold the numbers from `from` to `to`, and returns their ids. */
export function appendNumbers(spool: Spool, from: number, to: number, stream = 'stream'): number[] {
  const ids: number[] = [];
  for (let n = from; n <= to; n++)
    ids.push(
      spool.append({ logGroupName: 'group', logStreamName: stream }, `event ${n}`, 1_700_000_000_000 + n, 0),
    );
  return ids;
}

/** Paths of all files in a spool directory whose names end so. */
export function filesOf(directory: string, ending: string): string[] {
  return fs
    .readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => path.join(directory, name));
}

/** The directories of the owners in a spool directory, as they are called at present. */
export function ownersIn(directory: string): string[] {
  return fs.readdirSync(directory).map((name) => path.join(directory, name));
}

/** A promise and the function that resolves it; keeps the process alive meanwhile, for half a minute at most. */
export function signal<T = void>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle, reject) => {
    const timer = setTimeout(() => reject(new Error('what the test waits for did not happen')), 30_000);
    resolve = (value) => {
      clearTimeout(timer);
      settle(value);
    };
  });
  return { promise, resolve };
}

/** Resolves when a spool has looked for dead owners so often. */
export function beats(t: TestContext, directory: string, count: number): Promise<void> {
  const { promise, resolve } = signal();
  const { readdir } = fs.promises;
  let seen = 0;
  t.mock.method(fs.promises, 'readdir', (...args: unknown[]) => {
    if (args[0] === directory && ++seen === count) resolve();
    return Reflect.apply(readdir, fs.promises, args);
  });
  return promise;
}
