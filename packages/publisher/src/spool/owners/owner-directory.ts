import fs from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';
import { nodeCrypto } from '../../modules/builtins.js';
import { wallTime } from '../../time/clock.js';
import { type Destination, destinationKey, encodeDestination } from '../format/destination.js';
import { makeDirectories, onDisk } from '../system/disk-calls.js';

// The name of a directory says in which format it is, where its events go and who owns it, so renaming it hands it over
// at once and to one winner only; docs/spool-format.md, "Owners".
const NAME =
  /^v1-([0-9a-f]{16})-([0-9a-z]{1,11})-([0-9a-f]{8})\.(?:free|(\d{1,10})\.(\d{0,20})\.([0-9a-f]{8})\.[0-9a-f]{6})$/;
const OTHER_VERSION = /^v(?!1-)\d{1,6}-/;
/** Says where the events of a directory go. */
export const DESTINATION_FILE = 'destination';

/** Owners touch their directories this often. */
export const HEARTBEAT_MS = 10_000;

/** A thread that owns directories: threads end while their process lives on. */
interface OwnerThread {
  /** Number of the thread, which is the process id for the main thread; the process id where threads have no numbers. */
  readonly pid: number;
  /** When it began, in the kernel's words; empty where that is not known. */
  readonly startTime: string;
}

/** Who owns a directory. Process ids mean something only among owners of the same scope. */
export interface OwnerIdentity extends OwnerThread {
  /** Eight hexadecimal digits, the same for processes that see each other's process ids. */
  readonly scope: string;
}

/** A directory of one owner, by its name. */
export interface OwnerEntry {
  readonly name: string;
  /** Key of the destination of its events; see `destination.ts`. */
  readonly destination: string;
  readonly created: string;
  readonly key: string;
  /** Undefined when its owner released it. */
  readonly owner: OwnerIdentity | undefined;
}

/** The identity of this thread. */
export function currentOwner(): OwnerIdentity {
  const bootId = readText('/proc/sys/kernel/random/boot_id');
  let visible = hostname();
  try {
    // Containers on one host share the boot id, not the process ids.
    if (bootId !== undefined) visible = `${bootId.trim()} ${fs.readlinkSync('/proc/self/ns/pid')}`;
  } catch {}
  const scope = nodeCrypto().createHash('sha256').update(visible).digest('hex').slice(0, 8);
  return { ...currentThread(), scope };
}

function currentThread(): OwnerThread {
  if (!isMainThread) {
    try {
      // Linux numbers threads and processes in one row. A synchronous read is done by this thread itself.
      const [pid, , number] = fs.readlinkSync('/proc/thread-self').split('/');
      const thread = ownerThread(Number(number));
      // Not so where /proc is that of other containers, or where the system looks up processes only.
      if (Number(pid) === process.pid && lookUpOwner(thread) === 'alive') return thread;
    } catch {}
  }
  return ownerThread(process.pid);
}

function ownerThread(pid: number): OwnerThread {
  return { pid, startTime: processStart(pid) ?? '' };
}

/** The process of an owner's thread, while that lives. */
export function processOf({ pid }: OwnerThread): number {
  return Number(/^Tgid:\s*(\d+)$/m.exec(readText(`/proc/${pid}/status`) ?? '')?.[1] ?? pid);
}

export function parseOwnerEntry(name: string): OwnerEntry | undefined {
  const match = NAME.exec(name);
  if (match === null) return undefined;
  const [, destination = '', created = '', key = '', pid, startTime = '', scope = ''] = match;
  const owner = pid === undefined ? undefined : { pid: Number(pid), startTime, scope };
  return { name, destination, created, key, owner };
}

/** Whether a directory is one of owners of another format, which is left alone. */
export function isOfOtherVersion(name: string): boolean {
  return OTHER_VERSION.test(name);
}

/** The directories of owners in `root`, oldest first. Throws what `readdir` throws. */
export async function listOwnerEntries(root: string): Promise<OwnerEntry[]> {
  const entries: OwnerEntry[] = [];
  for (const name of await onDisk(() => fs.promises.readdir(root))) {
    const entry = parseOwnerEntry(name);
    if (entry !== undefined) entries.push(entry);
  }
  const age = (entry: OwnerEntry): number => Number.parseInt(entry.created, 36);
  return entries.sort((a, b) => age(a) - age(b) || (a.key < b.key ? -1 : 1));
}

/**
 * The state that the system gives an owner whose process id means something here. `'unknown'`: a process has its number, and
 * nothing tells whether it is the same.
 */
export function lookUpOwner({ pid, startTime }: OwnerThread): 'alive' | 'dead' | 'unknown' {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return 'dead';
  }
  const start = processStart(pid);
  if (start === 'dead') return 'dead';
  if (start === undefined || startTime === '') return 'unknown';
  return start === startTime ? 'alive' : 'dead';
}

/** A directory that this owner holds. */
export class OwnerDirectory {
  readonly root: string;
  readonly key: string;
  readonly path: string;
  readonly #identity: DirectoryIdentity;
  /** The text that is written into it when it is made; undefined when it is there. */
  #content: string | undefined;
  #making: Promise<void> | undefined;

  private constructor(root: string, identity: DirectoryIdentity, name: string, content?: string) {
    this.root = root;
    this.key = identity.key;
    this.path = path.join(root, name);
    this.#identity = identity;
    this.#content = content;
  }

  /** A new directory, which is there once it is made. */
  static create(root: string, owner: OwnerIdentity, destination: Destination): OwnerDirectory {
    const identity = {
      destination: destinationKey(destination),
      // In microseconds, so that owners which follow each other quickly keep their order.
      created: Math.floor((performance.timeOrigin + performance.now()) * 1000).toString(36),
      key: nodeCrypto().randomBytes(4).toString('hex'),
    };
    return new OwnerDirectory(root, identity, ownedName(identity, owner), encodeDestination(destination));
  }

  get isMade(): boolean {
    return this.#content === undefined;
  }

  /** Makes it, with mode 0700, where it is not there yet. Rejects with what the system says. */
  make(): Promise<void> {
    this.#making ??= this.#make();
    return this.#making;
  }

  /** The same at the end of the process, also beside {@link make}. Throws what the system says. */
  makeSync(): void {
    if (this.#content === undefined) return;
    fs.mkdirSync(this.root, { recursive: true, mode: 0o700 });
    try {
      fs.mkdirSync(this.path, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    fs.writeFileSync(this.#file, this.#content, { mode: 0o600 });
    this.#content = undefined;
  }

  async #make(): Promise<void> {
    const content = this.#content;
    if (content === undefined) return;
    try {
      await makeDirectories(this.root);
      await onDisk(() => fs.promises.mkdir(this.path, { mode: 0o700 }));
      await onDisk(() => fs.promises.writeFile(this.#file, content, { mode: 0o600 }));
    } catch (error) {
      if (!this.isMade) throw error; // synchronously, meanwhile
    }
    this.#content = undefined;
  }

  get #file(): string {
    return path.join(this.path, DESTINATION_FILE);
  }

  /** Takes a dead owner's directory over. Undefined when another process was faster; throws when it may not. */
  static async claim(
    root: string,
    entry: OwnerEntry,
    owner: OwnerIdentity,
  ): Promise<OwnerDirectory | undefined> {
    const name = ownedName(entry, owner);
    try {
      // Owners that watch the old name begin anew with the new one.
      await onDisk(() => fs.promises.rename(path.join(root, entry.name), path.join(root, name)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    return new OwnerDirectory(root, entry, name);
  }

  /** Says that the owner lives. Rejects when the directory is gone. */
  async touch(): Promise<void> {
    const seconds = wallTime() / 1000;
    await onDisk(() => fs.promises.utimes(this.path, seconds, seconds));
  }

  /** Leaves the directory to whoever comes next. */
  async release(): Promise<void> {
    const name = `${stem(this.#identity)}.free`;
    await onDisk(() => fs.promises.rename(this.path, path.join(this.root, name)));
  }

  /** Removes the directory if nothing is left in it. */
  async remove(): Promise<void> {
    await onDisk(() => fs.promises.rmdir(this.path));
  }
}

/** The part of a name that stays when a directory changes hands. */
type DirectoryIdentity = Pick<OwnerEntry, 'destination' | 'created' | 'key'>;

function stem({ destination, created, key }: DirectoryIdentity): string {
  return `v1-${destination}-${created}-${key}`;
}

function ownedName(identity: DirectoryIdentity, { pid, startTime, scope }: OwnerIdentity): string {
  // The random part makes every change of hands a rename, also between two owners in one process.
  return `${stem(identity)}.${pid}.${startTime}.${scope}.${nodeCrypto().randomBytes(3).toString('hex')}`;
}

/** When a process or thread began; `'dead'` for one that has ended but was not waited for; undefined where that is unknown. */
function processStart(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The command in parentheses may hold anything, so the fields are counted from behind it: state is the third.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return 'dead';
  return fields[19];
}

function readText(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
