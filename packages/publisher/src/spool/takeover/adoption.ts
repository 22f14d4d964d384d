import fs from 'node:fs';
import path from 'node:path';
import { type IdRange, RangeSet } from '../../structures/range-set.js';
import { type DirectoryScan, type ScanOptions, scanDirectory } from '../files/directory-scan.js';
import { LEDGER_FILE, type LedgerContent, readLedger } from '../files/ledger.js';
import { openBytes } from '../files/make-room.js';
import { type Segment, segmentNumber } from '../files/segment.js';
import { PASSING } from '../files/spool-reader.js';
import { Volume } from '../files/volume.js';
import type { Volumes } from '../files/volumes.js';
import type { StreamName } from '../format/event-frame.js';
import {
  isOfOtherVersion,
  OwnerDirectory,
  type OwnerEntry,
  type OwnerIdentity,
} from '../owners/owner-directory.js';
import type { OwnerWatch } from '../owners/owner-watch.js';
import type { Recovery, WarningTopic } from '../spool-options.js';
import { onDisk } from '../system/disk-calls.js';
import { checkDirectory, UntrustedError } from '../system/trusted.js';
import { type AdoptedVolume, NOTHING_RECOVERED, recoveryOf } from './recovery.js';
import { damageReport, distrustReport, newerReport, tooLargeReport } from './reports.js';

/** Whose events are taken over, and into what. */
export interface AdoptionOptions {
  readonly root: string;
  readonly owner: OwnerIdentity;
  readonly watch: OwnerWatch;
  readonly volumes: Volumes;
  readonly maxBytes: number;
  /** Whether events of this destination, by its key, are to be sent here. */
  readonly isOurs: (destination: string) => boolean;
  /** Ids below this one are for what is found at the start, so that it is read first. */
  readonly firstOwnId: number;
  /** This id and those above are for what is found later: new events may have been read already. */
  readonly firstLateId: number;
  /** @param topic tells lines apart, so that one does not hold back another */
  readonly onWarn: (message: string, topic: WarningTopic) => void;
}

/** A directory that was taken over, and of which only the ledger was read. */
interface Claimed {
  readonly entry: OwnerEntry;
  readonly directory: OwnerDirectory;
  readonly ledger: LedgerContent;
}

// Half a million events a second for a year.
const MOST_IDS = 2 ** 44;
const UNUSABLE = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM']);

/** Takes over what dead owners left, and gives their events ids of this spool. */
export class Adoption {
  readonly #options: AdoptionOptions;
  #nextEarlyId = 1;
  #nextLateId: number;
  /** Taken over, and not among {@link AdoptionOptions.volumes} before they are read. */
  readonly #claimed = new Set<OwnerDirectory>();
  /** Keys of directories that this version leaves to others, and why that was said. */
  readonly #leftAlone = new Set<string>();
  readonly #saidToBeTooLarge = new Set<string>();
  readonly #stopping = new AbortController();
  /** Grows while anything is read. */
  progress = 0;
  /** Found damaged so far. */
  corruptFrames = 0;
  tornBytes = 0;

  constructor(options: AdoptionOptions) {
    this.#options = options;
    this.#nextLateId = options.firstLateId;
  }

  /** Directories that are being read. */
  get claimed(): Iterable<OwnerDirectory> {
    return this.#claimed;
  }

  /** Has nobody taken over any more; what is being read is left to the next process. */
  stop(): void {
    this.#stopping.abort();
  }

  /**
   * @param isLate new events may have ids already, so what is found now is read behind them
   * @param onNoted is told, as soon as the ledgers are read, on which streams the dead were about to put
   */
  async run(
    isLate: boolean,
    onNoted: (streams: readonly StreamName[]) => void = () => {},
  ): Promise<Recovery> {
    const { root, volumes, onWarn } = this.#options;
    const problems: string[] = [];
    const newer: string[] = [];
    const owners = await this.#claimDeadOwners(problems);
    onNoted(
      owners.flatMap(({ ledger }) =>
        ledger.puts.filter(({ ranges }) => !ledger.acknowledged.includes(ranges)),
      ),
    );
    const found = await this.#read(owners, problems, newer);
    if (!isLate) newer.push(...(await otherVersions(root)));
    if (newer.length > 0) onWarn(newerReport(root, newer), 'newer');
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
    if (report !== undefined) onWarn(report, 'damage');
    for (const { volume } of found) {
      void volume.collect();
      if (volume.isSettled) volumes.retire(volume);
    }
    return recovery;
  }

  /**
   * Takes over the directories of all dead owners with the same destination, oldest first, and reads their ledgers.
   * Problems become lines in `problems`.
   */
  async #claimDeadOwners(problems: string[]): Promise<Claimed[]> {
    const { root, owner, watch, volumes, isOurs } = this.#options;
    const { signal } = this.#stopping;
    const owners: Claimed[] = [];
    let claimedBytes = 0;
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
      if (!isOurs(entry.destination) || this.#leftAlone.has(entry.key) || volumes.isKnown(entry.key))
        continue;
      let directory: OwnerDirectory | undefined;
      try {
        const state = await watch.look(entry);
        if (state !== 'dead' && state !== 'released') continue;
        await checkDirectory(path.join(root, entry.name));
        const bytes = await segmentBytesIn(path.join(root, entry.name));
        if (!this.#hasRoom(entry, bytes, claimedBytes)) continue;
        directory = await OwnerDirectory.claim(root, entry, owner);
        if (directory === undefined) continue;
        this.#claimed.add(directory);
        const ledger = await readLedger(directory.path);
        this.progress++;
        const { problem = '' } = ledger;
        // Without its ledger all that was delivered would be sent again.
        if (PASSING.has(problem))
          throw Object.assign(new Error('the ledger cannot be read'), { code: problem });
        owners.push({ entry, directory, ledger });
        claimedBytes += bytes;
      } catch (error) {
        await this.#giveBack(entry, directory, error, problems);
      }
    }
    return owners;
  }

  /** Reads the segments. What a newer version wrote becomes names in `newer`. */
  async #read(owners: readonly Claimed[], problems: string[], newer: string[]): Promise<AdoptedVolume[]> {
    const { signal } = this.#stopping;
    const adopted: AdoptedVolume[] = [];
    for (const { entry, directory, ledger } of owners) {
      if (signal.aborted) break;
      try {
        const opened = await openVolume(directory, { ledger, signal, onProgress: () => this.progress++ });
        const { unknown, untrusted } = opened.scan;
        for (const file of untrusted) this.#distrust(entry, `/${file}`);
        if (unknown.length > 0) {
          this.#leftAlone.add(entry.key);
          for (const file of unknown) newer.push(`${entry.name}/${file}`);
        }
        if (ledger.isUnknown || ledger.distrust !== undefined) await this.#letGo(directory);
        else adopted.push(opened);
      } catch (error) {
        await this.#giveBack(entry, directory, error, problems);
      }
    }
    return adopted;
  }

  /** A directory could not be taken over; @param directory it is held already */
  async #giveBack(
    entry: OwnerEntry,
    directory: OwnerDirectory | undefined,
    error: unknown,
    problems: string[],
  ): Promise<void> {
    const isTrouble = !(error instanceof UntrustedError);
    if (isTrouble) problems.push(`${entry.name} cannot be taken over (${codeOf(error)})`);
    else this.#distrust(entry, ` ${error.reason}`);
    const isLeftToTheEnd = isTrouble && this.#stopping.signal.aborted;
    if (directory !== undefined && !isLeftToTheEnd) await this.#letGo(directory);
  }

  /** @param what is wrong there, behind the name of the directory */
  #distrust({ name, key }: OwnerEntry, what: string): void {
    const { root, onWarn } = this.#options;
    this.#leftAlone.add(key);
    onWarn(distrustReport(root, `${name}${what}`), 'trust');
  }

  async #letGo(directory: OwnerDirectory): Promise<void> {
    this.#claimed.delete(directory);
    await directory.release().catch(() => {});
  }

  /**
   * Whether a directory fits beside what is held: otherwise the next event would push out what was taken over. Ledgers
   * are not counted, as they grow beyond what one owner held within the same limit.
   */
  #hasRoom({ key }: OwnerEntry, bytes: number, claimedBytes: number): boolean {
    const { root, volumes, maxBytes, onWarn } = this.#options;
    if (openBytes(volumes.all()) + claimedBytes + bytes <= maxBytes) return true;
    if (bytes > maxBytes && !this.#saidToBeTooLarge.has(key)) {
      this.#saidToBeTooLarge.add(key);
      onWarn(tooLargeReport(root, bytes, maxBytes), 'too large');
    }
    return false;
  }

  /** Gives the events of a dead owner ids of this spool. */
  #take(volume: Volume, { segments, corruptFrames, tornBytes }: DirectoryScan, isLate: boolean): IdRange {
    const { volumes, firstOwnId } = this.#options;
    const [first, last] = idsOf(segments);
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

/** The lowest and the highest id; the highest is 0 when there is none. */
function idsOf(segments: readonly Segment[]): IdRange {
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (const { ids } of segments) {
    first = Math.min(first, ids.first ?? first);
    last = Math.max(last, ids.last ?? last);
  }
  return [first, last];
}

async function otherVersions(root: string): Promise<string[]> {
  return (await onDisk(() => fs.promises.readdir(root)).catch(() => [])).filter(isOfOtherVersion);
}

/** Throws when the directory cannot be read at present. */
async function openVolume(
  directory: OwnerDirectory,
  options: Pick<ScanOptions, 'ledger' | 'signal' | 'onProgress'>,
): Promise<AdoptedVolume> {
  const scan = await scanDirectory(directory.path, { cutTornTails: true, ...options });
  // What cannot be noted is remembered in memory, and at worst sent again by the next owner.
  const volume = new Volume(directory, () => {});
  const [first, last] = idsOf(scan.segments);
  if (last - first > MOST_IDS)
    throw new UntrustedError('has events whose numbers are further apart than anybody logs');
  volume.segments = [...scan.segments];
  if (scan.unreadable.length + scan.unknown.length + scan.untrusted.length > 0)
    volume.keepSettled(scan.ledger.acknowledged);
  const size = await onDisk(() => fs.promises.stat(path.join(directory.path, LEDGER_FILE))).then(
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
export async function segmentBytesIn(directory: string): Promise<number> {
  const names = await onDisk(() => fs.promises.readdir(directory)).catch(() => []);
  const files = names.filter((name) => segmentNumber(name) !== undefined);
  const sizes = files.map((name) =>
    onDisk(() => fs.promises.lstat(path.join(directory, name))).then(({ size }) => size),
  );
  return (await Promise.all(sizes.map((size) => size.catch(() => 0)))).reduce((sum, size) => sum + size, 0);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
