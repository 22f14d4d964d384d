import type { Drop } from '../accounts/events.js';
import type { Levels } from '../batch/levels.js';
import type { OverflowPolicy } from '../options/options.js';
import type { WantedRoom } from '../stream/queue/drop-lowest.js';
import type { StreamWriter, WriterParts } from '../stream/stream-writer.js';
import type { StreamWriters } from '../stream/stream-writers.js';

type Context = Pick<WriterParts, 'accounts' | 'budget' | 'flushes' | 'fullest'> & {
  readonly policy: OverflowPolicy;
  /** Those of the events, with `drop-lowest`. */
  readonly levels: Levels | undefined;
  readonly writers: StreamWriters;
  readonly onDrop: (writer: StreamWriter, size: number, events: number, levels?: Drop['levels']) => void;
};

/**
 * Makes room in a full buffer by dropping events that were never sent, in the stream that holds most, so that one that
 * fails starves no other: its oldest, its newest, or its least severe. A batch that was sent once is left alone: it may be
 * stored already.
 */
export class Overflow {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * Drops events, as the policy says, until there is room. Each drop is told at once: the caller holds the diagnostics until
   * every event has its place again.
   *
   * @param level of the event that comes, by its number
   * @returns whether `size` bytes of `writer` fit now
   */
  makeRoom(writer: StreamWriter, size: number, level: number): boolean {
    const { budget, fullest, levels, policy, writers } = this.#context;
    while (!budget.fits(size) && writers.forgetOne(writer));
    if (size > budget.mostBytes) return false;
    if (levels) return this.#makeRoomByLevel(writer, size, levels.severityOf(level), levels);
    while (!budget.fits(size)) {
      if (policy === 'drop-newest' && fullest.isAmongThem(writer, size)) return false;
      const victim = fullest.first();
      if (!victim) return false;
      this.#drop(victim, policy === 'drop-newest' ? 'last' : 'first');
    }
    return true;
  }

  /** Where the stream is among those that hold most, nothing more severe goes for its event. */
  #makeRoomByLevel(writer: StreamWriter, size: number, severity: number, levels: Levels): boolean {
    const { budget, fullest } = this.#context;
    while (!budget.fits(size)) {
      const isAmongThem = fullest.isAmongThem(writer, size);
      const bytes = budget.usedBytes + size - budget.mostBytes;
      const room = { levels, bytes, most: isAmongThem ? severity : undefined };
      if (isAmongThem && this.#dropLowest(writer, room)) continue;
      const victim = fullest.first();
      if (!victim || !this.#dropLowest(victim, room)) return false;
    }
    return true;
  }

  #dropLowest(victim: StreamWriter, room: WantedRoom): boolean {
    const { levels } = room;
    const counts = levels.all.map(() => 0);
    let [bytes, events] = [0, 0];
    const isDropped = victim.dropLowest(room, (size, timestamp, count, level) => {
      victim.noteLoss(size, timestamp, count, levels.nameOf(level));
      counts[level] += count;
      bytes += size;
      events += count;
    });
    if (isDropped) this.#context.onDrop(victim, bytes, events, levels.named(counts));
    return isDropped;
  }

  #drop(victim: StreamWriter, which: 'first' | 'last'): void {
    const { accounts, flushes, onDrop } = this.#context;
    const dropped = victim.drop(which);
    if (!dropped) return;
    const { size, timestamp, note, epoch } = dropped;
    // A split event is lost with the first part that is, and told once.
    const isTold = note?.kind === 'part' && note.event.worst === 'overflow';
    const lost = isTold ? 0 : 1;
    victim.noteLoss(size, timestamp, lost);
    flushes.dropped(epoch, accounts.settleOne(note, 'overflow'));
    onDrop(victim, size, lost);
  }
}
