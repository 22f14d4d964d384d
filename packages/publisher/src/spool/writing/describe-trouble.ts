import type { SpoolTrouble } from '../spool-options.js';

/** Describes a failed write. `code` is the system's, such as `ENOSPC`. */
export function describeTrouble(error: unknown, directory: string): SpoolTrouble {
  const { code = 'EUNKNOWN', message = String(error) } = error as NodeJS.ErrnoException;
  return {
    code,
    message: `The spool cannot write to ${directory} (${message}); ${advice(code)} It is tried again at intervals.`,
  };
}

function advice(code: string): string {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'free space on that disk.';
    case 'EACCES':
    case 'EPERM':
      return 'let the user of this process write there.';
    case 'EROFS':
      return 'mount it writable, or name another directory.';
    case 'ENOENT':
      return 'it was deleted, or taken over by another process.';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'name a directory, not a file.';
    case 'ETIMEDOUT':
      return 'the disk hangs, and events stay in memory.';
    case 'EMFILE':
    case 'ENFILE':
      return 'raise the limit of open files.';
    default:
      return 'until then events stay in memory.';
  }
}
