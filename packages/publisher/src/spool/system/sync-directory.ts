import fs from 'node:fs';
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
