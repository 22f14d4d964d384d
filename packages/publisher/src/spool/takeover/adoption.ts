import fs from 'node:fs';
import path from 'node:path';
import { type IdRange, RangeSet } from '../../structures/range-set.js';
import { type DirectoryScan, type ScanOptions, scanDirectory } from '../files/directory-scan.js';
import { LEDGER_FILE } from '../files/ledger.js';
import { segmentBytes } from '../files/make-room.js';
import { segmentNumber } from '../files/segment.js';
import { PASSING } from '../files/spool-reader.js';
import { Volume } from '../files/volume.js';
import type { Volumes } from '../files/volumes.js';
import { OwnerDirectory, type OwnerEntry, type OwnerIdentity } from '../owners/owner-directory.js';
import type { OwnerWatch } from '../owners/owner-watch.js';
import type { Recovery } from '../spool-options.js';
import { damageReport } from './damage-report.js';
import { type AdoptedVolume, NOTHING_RECOVERED, recoveryOf } from './recovery.js';

/** What the adoption needs of its spool. */
export interface AdoptionContext {
  readonly root: string;
  readonly owner: OwnerIdentity;
  readonly watch: OwnerWatch;
  readonly volumes: Volumes;
  readonly maxBytes: number;
  /** Ids below this one are for what is found at the start, so that it is read first. */
  readonly firstOwnId: number;
  /** This id and those above are for what is found later: new events may have been read already. */
  readonly firstLateId: number;
  readonly onWarn: (message: string) => void;
}

// Of `maxBytes`. The file that is written to takes a sixteenth, also when everything in it is settled.
const LITTLE = 1 / 8;
const UNUSABLE = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM']);

/** Takes over what dead owners left, and gives their events ids of this spool. */
export class Adoption {
  readonly #context: AdoptionContext;
  #nextEarlyId = 1;
  #nextLateId: number;
  /** Taken over, and not among {@link AdoptionContext.volumes} before they are read. */
  readonly #claimed = new Set<OwnerDirectory>();
  readonly #stopping = new AbortController();
  /** Grows while anything is read. */
  progress = 0;
  /** Found damaged so far. */
  corruptFrames = 0;
  tornBytes = 0;

  constructor(context: AdoptionContext) {
    this.#context = context;
    this.#nextLateId = context.firstLateId;
  }

  /** Directories that are being read. */
  get claimed(): Iterable<OwnerDirectory> {
    return this.#claimed;
  }

  /** Has nobody taken over any more; what is being read is left to the next process. */
  stop(): void {
    this.#stopping.abort();
  }

  /** @param isLate new events may have ids already, so what is found now is read behind them */
  async run(isLate: boolean): Promise<Recovery> {
    const { root, volumes, onWarn } = this.#context;
    const problems: string[] = [];
    const found = await this.#adoptDeadOwners(problems);
    const claimed = [...this.#claimed];
    this.#claimed.clear();
    if (this.#stopping.signal.aborted) {
      await Promise.all(claimed.map((directory) => directory.release().catch(() => {})));
      return NOTHING_RECOVERED;
    }
    if (found.length === 0 && (problems.length === 0 || isLate)) return NOTHING_RECOVERED;
    const ids = new RangeSet();
    for (const { volume, scan } of found) {
      const [firstId, lastId] = this.#take(volume, scan, isLate);
      if (lastId >= firstId) ids.add(firstId, lastId);
    }
    const recovery = recoveryOf(found, ids.ranges());
    const scans = found.map(({ scan }) => scan);
    const report = damageReport(root, scans, recovery, problems);
    if (report !== undefined) onWarn(report);
    for (const { volume } of found) {
      void volume.collect();
      if (volume.isSettled) volumes.retire(volume);
    }
    return recovery;
  }

  /** Takes over the directories of all dead owners, oldest first. Problems become lines in `problems`. */
  async #adoptDeadOwners(problems: string[]): Promise<AdoptedVolume[]> {
    const { root, owner, watch, volumes } = this.#context;
    const { signal } = this.#stopping;
    const adopted: AdoptedVolume[] = [];
    let entries: readonly OwnerEntry[] = [];
    try {
      entries = await watch.list();
    } catch (error) {
      const code = codeOf(error);
      // These make the spool unusable, which is said elsewhere.
      if (!UNUSABLE.has(code)) problems.push(`${root} cannot be listed (${code})`);
    }
    for (const entry of entries) {
      if (signal.aborted) break;
      if (volumes.isKnown(entry.key)) continue;
      let directory: OwnerDirectory | undefined;
      try {
        const state = await watch.look(entry);
        if (state !== 'dead' && state !== 'released') continue;
        if (!(await this.#hasRoom(entry, adopted))) continue;
        directory = await OwnerDirectory.claim(root, entry, owner);
        if (directory === undefined) continue;
        this.#claimed.add(directory);
        adopted.push(await openVolume(directory, { signal, onProgress: () => this.progress++ }));
      } catch (error) {
        problems.push(`${entry.name} cannot be taken over (${codeOf(error)})`);
        if (directory === undefined || signal.aborted) continue;
        this.#claimed.delete(directory);
        await directory.release().catch(() => {});
      }
    }
    return adopted;
  }

  /**
   * Whether a directory fits beside what is held: otherwise the next event would push out what was taken over. Ledgers
   * are not counted, as they grow beyond what one owner held within the same limit. Where little is held a directory
   * fits in any case: one that is as large as the limit would never be taken over by a process that writes.
   */
  async #hasRoom(entry: OwnerEntry, adopted: readonly AdoptedVolume[]): Promise<boolean> {
    const { root, volumes, maxBytes } = this.#context;
    const held = segmentBytes([...volumes.all(), ...adopted.map(({ volume }) => volume)]);
    if (held <= maxBytes * LITTLE) return true;
    return held + (await segmentBytesIn(path.join(root, entry.name))) <= maxBytes;
  }

  /** Gives the events of a dead owner ids of this spool. */
  #take(volume: Volume, { segments, corruptFrames, tornBytes }: DirectoryScan, isLate: boolean): IdRange {
    const { volumes, firstOwnId } = this.#context;
    let first = Number.POSITIVE_INFINITY;
    let last = 0;
    for (const { ids } of segments) {
      first = Math.min(first, ids.first ?? first);
      last = Math.max(last, ids.last ?? last);
    }
    const span = last >= first ? last - first + 1 : 0;
    // Not among the ids of new events: the gap would add to the span of these files, and to all after them.
    const isEarly = !isLate && this.#nextEarlyId + span < firstOwnId;
    const firstId = isEarly ? this.#nextEarlyId : this.#nextLateId;
    if (isEarly) this.#nextEarlyId += span;
    else this.#nextLateId += span;
    volume.base = span === 0 ? 0 : firstId - first;
    const range = [firstId, firstId + span - 1] as const;
    volumes.adopt(volume, range);
    this.corruptFrames += corruptFrames;
    this.tornBytes += tornBytes;
    return range;
  }
}

/** Throws when the directory, or its ledger, cannot be read at present. */
async function openVolume(
  directory: OwnerDirectory,
  options: Pick<ScanOptions, 'signal' | 'onProgress'>,
): Promise<AdoptedVolume> {
  const scan = await scanDirectory(directory.path, { cutTornTails: true, ...options });
  const { problem = '' } = scan.ledger;
  // Without its ledger all that was delivered would be sent again.
  if (PASSING.has(problem)) throw Object.assign(new Error('the ledger cannot be read'), { code: problem });
  // What cannot be noted is remembered in memory, and at worst sent again by the next owner.
  const volume = new Volume(directory, () => {});
  volume.segments = [...scan.segments];
  if (scan.unreadable.length > 0) volume.keepSettled(scan.ledger.acknowledged);
  const size = await fs.promises.stat(path.join(directory.path, LEDGER_FILE)).then(
    (stat) => stat.size,
    () => 0,
  );
  volume.ledger.adopt(
    scan.ledger.puts.filter((put) => volume.isPending(put)),
    size,
  );
  return { volume, scan };
}

/** Bytes of the segments in a directory; 0 when it cannot be looked into. */
async function segmentBytesIn(directory: string): Promise<number> {
  const names = await fs.promises.readdir(directory).catch(() => []);
  const files = names.filter((name) => segmentNumber(name) !== undefined);
  const sizes = files.map((name) => fs.promises.stat(path.join(directory, name)).then(({ size }) => size));
  return (await Promise.all(sizes.map((size) => size.catch(() => 0)))).reduce((sum, size) => sum + size, 0);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
