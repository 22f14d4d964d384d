import fs from 'node:fs';
import path from 'node:path';
import { type DirectoryScan, scanDirectory } from '../spool/files/directory-scan.js';
import { readSpool } from '../spool/files/spool-reader.js';
import type { Destination } from '../spool/format/destination.js';
import type { SpooledEvent } from '../spool/format/event-frame.js';
import { currentOwner, processOf } from '../spool/owners/owner-directory.js';
import { type OwnerState, OwnerWatch } from '../spool/owners/owner-watch.js';
import { checkDirectory, UntrustedError } from '../spool/system/trusted.js';
import { readDestination } from '../spool/takeover/other-destinations.js';
import { RangeSet } from '../structures/range-set.js';

/** The files and events of one owner in a spool directory. */
export interface OwnerReport {
  /** Name of its directory. */
  readonly name: string;
  readonly state: OwnerState;
  /** Of its process, or of the thread in it where that has ended or cannot be asked; undefined when it was released. */
  readonly pid: number | undefined;
  /** Key of the destination of its events. */
  readonly key: string;
  /** Where its events go; undefined when that cannot be read. */
  readonly destination: Destination | undefined;
  /** Why its files are not looked into: somebody else may have put them there, or changed them. */
  readonly distrust: string | undefined;
  /** When its owner touched it last, in milliseconds since 1970 by the owner's clock. */
  readonly touchedAt: number;
  readonly scan: DirectoryScan;
}

/**
 * Looks at a spool without changing it, also beside its owners. Throws when the directory cannot be listed.
 *
 * @param watch tells of owners that the system tells nothing of, when it has watched them before
 */
export async function inspectSpool(
  directory: string,
  watch = new OwnerWatch(directory, currentOwner()),
): Promise<OwnerReport[]> {
  const reports: OwnerReport[] = [];
  const { scope } = currentOwner();
  for (const entry of await watch.list()) {
    const { name, owner, destination: key } = entry;
    const state = await watch.look(entry);
    const pid = owner?.scope === scope ? processOf(owner) : owner?.pid;
    const distrust = await distrustOf(path.join(directory, name));
    if (distrust !== undefined) {
      reports.push({ name, state, pid, key, destination: undefined, distrust, ...NOTHING });
      continue;
    }
    const destination = await readDestination(path.join(directory, name), entry);
    const found = await scanOwner(path.join(directory, name));
    // Its owner settled everything, or another process took it over, since the names were listed.
    if (found !== undefined) reports.push({ name, state, pid, key, destination, distrust, ...found });
  }
  return reports;
}

/** The damage in the files of an owner, one line each. The end of what is written at present may be unfinished. */
export function damageOf({ state, scan }: OwnerReport): string[] {
  const lines: string[] = [];
  const mayWrite = state === 'alive' || state === 'unseen';
  if (scan.corruptFrames > 0) lines.push(`${scan.corruptFrames} corrupt frames`);
  if (scan.tornBytes > 0 && !mayWrite) lines.push(`${scan.tornBytes} bytes of unfinished writes`);
  if (scan.ledger.damagedPlaces > 0 && !mayWrite) {
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
      { volumes: () => [volume], onUnreadable: () => Promise.resolve() },
      { afterId: -1, maxBytes: 1024 * 1024 },
    );
  }
}

const NOTHING: Pick<OwnerReport, 'scan' | 'touchedAt'> = {
  touchedAt: 0,
  scan: {
    segments: [],
    ledger: {
      acknowledged: new RangeSet(),
      puts: [],
      damagedPlaces: 0,
      problem: undefined,
      distrust: undefined,
      isUnknown: false,
    },
    streams: [],
    corruptFrames: 0,
    tornBytes: 0,
    unreadable: [],
    untrusted: [],
    unknown: [],
  },
};

/** Why a directory is not trusted; undefined when it is, or is gone. */
async function distrustOf(directory: string): Promise<string | undefined> {
  try {
    await checkDirectory(directory);
  } catch (error) {
    if (error instanceof UntrustedError) return error.reason;
  }
  return undefined;
}

async function scanOwner(directory: string): Promise<Pick<OwnerReport, 'scan' | 'touchedAt'> | undefined> {
  try {
    const scan = await scanDirectory(directory, { cutTornTails: false });
    return { scan, touchedAt: (await fs.promises.stat(directory)).mtimeMs };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw error;
  }
}
