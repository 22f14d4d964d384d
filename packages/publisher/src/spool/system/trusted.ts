import fs from 'node:fs';
import path from 'node:path';
import { onDisk } from './disk-calls.js';

const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
/** Added to the flags of every file that is opened: a link is not followed, and a pipe or a device holds nobody up. */
export const SAFE_FLAGS = O_NOFOLLOW | O_NONBLOCK;

/** A file or directory that somebody else may have put there, or may change: it is left alone. */
export class UntrustedError extends Error {
  readonly code = 'EUNTRUSTED';
  /** @param reason says of it what is wrong, such as `'is a link'` */
  constructor(readonly reason: string) {
    super(reason);
  }
}

/** Throws an {@link UntrustedError} unless the directory is this user's, and nobody else may write to it. */
export async function checkDirectory(directory: string): Promise<void> {
  const stat = await onDisk(() => fs.promises.lstat(directory));
  if (stat.isSymbolicLink()) throw new UntrustedError('is a link');
  if (!stat.isDirectory()) throw new UntrustedError('is no directory');
  await checkOwner(directory, stat);
}

/** Opens a file of an owner. Throws an {@link UntrustedError}, or what the system says. */
export async function openTrusted(file: string, flags: number): Promise<fs.promises.FileHandle> {
  let handle: fs.promises.FileHandle;
  try {
    handle = await onDisk(() => fs.promises.open(file, flags | SAFE_FLAGS, 0o600));
  } catch (error) {
    throw asDistrust(error);
  }
  try {
    const stat = await onDisk(() => handle.stat());
    checkIsFile(stat);
    await checkOwner(file, stat);
  } catch (error) {
    await onDisk(() => handle.close());
    throw error;
  }
  return handle;
}

/** The same as {@link openTrusted}, for who wants the descriptor alone. */
export function openTrustedDescriptor(
  file: string,
  flags: number,
): Promise<{ readonly fd: number; readonly stat: fs.Stats }> {
  return onDisk(async () => {
    const fd = await done<number>((done) => fs.open(file, flags | SAFE_FLAGS, 0o600, done)).catch(
      (error: unknown) => {
        throw asDistrust(error);
      },
    );
    try {
      const stat = await done<fs.Stats>((done) => fs.fstat(fd, done));
      checkIsFile(stat);
      const isForGroup = (stat.mode & 0o020) !== 0;
      const parent = isForGroup ? await fs.promises.lstat(path.dirname(file)) : stat;
      const reason = distrust(stat, () => parent);
      if (reason !== undefined) throw new UntrustedError(reason);
      return { fd, stat };
    } catch (error) {
      await done<void>((done) => fs.close(fd, done));
      throw error;
    }
  });
}

/** The same as {@link openTrusted}, for the end of the process. Returns the descriptor. */
export function openTrustedSync(file: string, flags: number): number {
  let fd: number;
  try {
    fd = fs.openSync(file, flags | SAFE_FLAGS, 0o600);
  } catch (error) {
    throw asDistrust(error);
  }
  try {
    const stat = fs.fstatSync(fd);
    checkIsFile(stat);
    const reason = distrust(stat, () => fs.lstatSync(path.dirname(file)));
    if (reason !== undefined) throw new UntrustedError(reason);
  } catch (error) {
    fs.closeSync(fd);
    throw error;
  }
  return fd;
}

/** Whether anybody may put a directory of his own in the place of another's. */
export async function isOpenToAll(root: string): Promise<boolean> {
  const { mode } = await onDisk(() => fs.promises.stat(root));
  return process.geteuid !== undefined && (mode & 0o002) !== 0 && (mode & 0o1000) === 0;
}

/** A directory in the place of a file is damage: it holds nobody up, and nothing is read from it. */
function checkIsFile(stat: fs.Stats): void {
  if (stat.isDirectory()) throw Object.assign(new Error('EISDIR: it is a directory'), { code: 'EISDIR' });
  if (!stat.isFile()) throw new UntrustedError('is no regular file');
}

async function checkOwner(file: string, stat: fs.Stats): Promise<void> {
  // Looked up only where it matters.
  const parent = (stat.mode & 0o020) === 0 ? stat : await onDisk(() => fs.promises.lstat(path.dirname(file)));
  const reason = distrust(stat, () => parent);
  if (reason !== undefined) throw new UntrustedError(reason);
}

function distrust(stat: fs.Stats, parent: () => fs.Stats): string | undefined {
  const user = process.geteuid?.();
  if (user === undefined) return undefined; // Windows has no such users
  if (stat.uid !== user) return `belongs to user ${stat.uid}`;
  if ((stat.mode & 0o002) !== 0) return 'can be written to by anybody';
  if ((stat.mode & 0o020) === 0) return undefined;
  // Kubernetes gives a volume with `fsGroup` to a group: at each mount it makes everything in it writable for that group,
  // and every directory set-group-ID. Who is in the group may put files there in any case.
  const { mode, gid } = parent();
  return (mode & 0o2020) === 0o2020 && gid === stat.gid ? undefined : 'can be written to by its group';
}

function done<T>(call: (done: (error: NodeJS.ErrnoException | null, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, value) => (error ? reject(error) : resolve(value)));
  });
}

/** Opening a link without following it, or a pipe that nobody reads, fails with a code of its own. */
function asDistrust(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ELOOP' || code === 'EMLINK') return new UntrustedError('is a link');
  return code === 'ENXIO' ? new UntrustedError('is no regular file') : error;
}
