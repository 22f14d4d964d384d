import fs from 'node:fs';
import path from 'node:path';
import { scanDirectory } from '../files/directory-scan.js';
import { type Destination, decodeDestination, describeDestination } from '../format/destination.js';
import { DESTINATION_FILE, type OwnerEntry } from '../owners/owner-directory.js';
import type { OwnerWatch } from '../owners/owner-watch.js';
import { onDisk } from '../system/disk-calls.js';
import { checkDirectory, openTrusted } from '../system/trusted.js';
import { segmentBytesIn } from './adoption.js';
import { commandLine } from './reports.js';

// Much that others left is not read at every start only to count it.
const MOST_DESTINATION_BYTES = 16 * 1024;
const MOST_BYTES = 64 * 1024 * 1024;

/** Events of dead owners that go elsewhere. */
interface Leftover {
  readonly destination: Destination | undefined;
  events: number;
  /** Not read, so their events are not counted. */
  bytes: number;
  oldestTimestamp: number;
}

/** One line on what dead owners left for other destinations, if they left anything. Never rejects. */
export async function describeOthers(
  root: string,
  watch: OwnerWatch,
  isOurs: (destination: string) => boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  const leftovers = new Map<string, Leftover>();
  let readBytes = 0;
  try {
    for (const entry of await watch.list()) {
      if (isOurs(entry.destination)) continue;
      const state = await watch.look(entry);
      if (state !== 'dead' && state !== 'released') continue;
      const directory = path.join(root, entry.name);
      if (!(await isTrusted(directory))) continue; // said by the publisher that it is for
      const bytes = await segmentBytesIn(directory);
      const mayRead = readBytes + bytes <= MOST_BYTES;
      if (mayRead) readBytes += bytes;
      const streams = mayRead
        ? (await scanDirectory(directory, { cutTornTails: false, signal })).streams
        : [];
      if (mayRead && streams.length === 0) continue;
      const leftover = leftovers.get(entry.destination) ?? {
        destination: await readDestination(directory, entry),
        events: 0,
        bytes: 0,
        oldestTimestamp: Number.POSITIVE_INFINITY,
      };
      leftovers.set(entry.destination, leftover);
      if (!mayRead) leftover.bytes += bytes;
      for (const { events, oldestTimestamp } of streams) {
        leftover.events += events;
        leftover.oldestTimestamp = Math.min(leftover.oldestTimestamp, oldestTimestamp);
      }
    }
  } catch {
    // Closed, or the directory cannot be listed, which is said elsewhere; what is known is said.
  }
  if (leftovers.size === 0 || signal.aborted) return undefined;
  return (
    `Spool ${root}: earlier processes left events of other destinations, which stay there: ` +
    `${[...leftovers.values()].map(describe).join('; ')}. They are sent by the next process that has the same ` +
    `Region, endpoint, profile and logGroupName, or with: ${commandLine('replay', root)}`
  );
}

function isTrusted(directory: string): Promise<boolean> {
  return checkDirectory(directory).then(
    () => true,
    () => false,
  );
}

/** Where the events of a directory go; undefined when that cannot be read. */
export async function readDestination(
  directory: string,
  { destination }: Pick<OwnerEntry, 'destination'>,
): Promise<Destination | undefined> {
  try {
    const file = await openTrusted(path.join(directory, DESTINATION_FILE), fs.constants.O_RDONLY);
    try {
      const { buffer, bytesRead } = await onDisk(() =>
        file.read(Buffer.alloc(MOST_DESTINATION_BYTES), 0, MOST_DESTINATION_BYTES, 0),
      );
      return decodeDestination(buffer.toString('utf8', 0, bytesRead), destination);
    } finally {
      await onDisk(() => file.close());
    }
  } catch {
    return undefined;
  }
}

function describe({ destination, events, bytes, oldestTimestamp }: Leftover): string {
  const amounts = [
    ...(events > 0 ? [`${events} events, the oldest of ${timeOf(oldestTimestamp)}`] : []),
    ...(bytes > 0 ? [`${bytes} bytes that were not counted`] : []),
  ];
  const where =
    destination === undefined ? 'a destination that is not named there' : describeDestination(destination);
  return `${where}: ${amounts.join(' and ')}`;
}

function timeOf(timestamp: number): string {
  const date = new Date(timestamp);
  return Number.isNaN(date.getTime()) ? 'unknown time' : date.toISOString();
}
