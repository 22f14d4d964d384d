import path from 'node:path';
import { type DirectoryScan, scanDirectory } from './directory-scan.js';
import type { SpooledEvent } from './event-frame.js';
import { currentOwner, isOwnerDead, listOwnerEntries } from './owner-lock.js';
import { readSpool } from './spool-reader.js';

/** What one owner has in a spool directory. */
export interface OwnerReport {
  /** Name of its directory. */
  readonly name: string;
  readonly state: 'alive' | 'dead' | 'released';
  readonly pid: number | undefined;
  readonly scan: DirectoryScan;
}

/** Looks at a spool without changing it, also beside its owners. Throws when the directory cannot be listed. */
export async function inspectSpool(directory: string): Promise<OwnerReport[]> {
  const self = currentOwner();
  const reports: OwnerReport[] = [];
  for (const entry of await listOwnerEntries(directory)) {
    const { name, owner } = entry;
    const isDead = await isOwnerDead(directory, entry, self);
    const scan = await scanOwner(path.join(directory, name));
    // Its owner settled everything, or another process took it over, since the names were listed.
    if (scan === undefined) continue;
    const state = owner === undefined ? 'released' : isDead ? 'dead' : 'alive';
    reports.push({ name, state, pid: owner?.pid, scan });
  }
  return reports;
}

/** What is wrong with the files of an owner, one line each. The end of what a living owner writes may be unfinished. */
export function damageOf({ state, scan }: OwnerReport): string[] {
  const lines: string[] = [];
  if (scan.corruptFrames > 0) lines.push(`${scan.corruptFrames} corrupt frames`);
  if (scan.tornBytes > 0 && state !== 'alive') lines.push(`${scan.tornBytes} bytes of unfinished writes`);
  if (scan.ledger.damagedPlaces > 0 && state !== 'alive') {
    lines.push(`${scan.ledger.damagedPlaces} damaged places in the ledger`);
  }
  for (const file of scan.unreadable) lines.push(`not readable: ${file}`);
  return lines;
}

/** The open events of all owners, owner by owner, in batches, without changing anything. */
export async function* printSpool(directory: string): AsyncGenerator<SpooledEvent[], void, undefined> {
  for (const { scan } of await inspectSpool(directory)) {
    const volume = { segments: scan.segments, base: 0 };
    yield* readSpool(
      { volumes: () => [volume], onUnreadable: () => {} },
      { afterId: -1, maxBytes: 1024 * 1024 },
    );
  }
}

async function scanOwner(directory: string): Promise<DirectoryScan | undefined> {
  try {
    return await scanDirectory(directory, { cutTornTails: false });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw error;
  }
}
