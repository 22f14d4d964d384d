import fs from 'node:fs';
import path from 'node:path';
import { onDisk } from './disk-calls.js';

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
