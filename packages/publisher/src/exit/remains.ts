import type { LastError } from '../accounts/accounts.js';
import type { Batch } from '../batch/batch.js';
import type { Fate } from '../batch/note.js';
import { leftUnanswered } from '../batch/put-history.js';
import type { PublisherSnapshot } from '../batch/snapshot.js';
import { CREATIONS_A_SECOND } from '../cloudwatch/creation-pace.js';
import type { Leftover } from '../disk/keep-at-end.js';
import type { Spooler } from '../disk/spooler.js';
import type { GroupNames } from '../intake/group-names.js';
import { logGroupText } from '../options/group-name.js';
import { NO_ANSWER } from '../stream/answers/stream-trouble.js';
import type { PublisherParts } from '../stream/publisher-parts.js';
import type { StreamWriters } from '../stream/stream-writers.js';
import type { RescuedBatch } from './rescue-report.js';

type Context = Pick<PublisherParts, 'accounts' | 'clock' | 'diagnostics' | 'endpoint' | 'options'> & {
  readonly writers: StreamWriters;
  readonly groups: GroupNames;
  readonly spooler: Spooler | undefined;
};

/** The events that are left when a publisher ends: handed to a thread, kept on disk, or counted and reported. */
export class Remains {
  readonly #context: Context;
  /** The batches that a thread was given, in the order of the snapshot. */
  #handedOver: Batch[] = [];

  constructor(context: Context) {
    this.#context = context;
  }

  /** Everything that is not settled, as data for another thread; nothing is put here any more. */
  snapshot(): PublisherSnapshot {
    this.#handedOver = [];
    // The event loop does not turn any more: what was to be written then would be lost if the process is killed now.
    this.#context.spooler?.flushSync();
    const streams: PublisherSnapshot['streams'][number][] = [];
    for (const writer of this.#context.writers) {
      if (writer.isIdle) continue;
      const { token, isUnmade, saved, batches } = writer.snapshot();
      streams.push({ ...writer.target, token, isUnmade, batches: saved });
      this.#handedOver.push(...batches);
    }
    // The names are chosen already; a function could not be sent to another thread. The files of the spool stay
    // with this one.
    const { options, endpoint, groups } = this.#context;
    const logGroupName = typeof options.logGroupName === 'string' ? options.logGroupName : 'unknown';
    const asData = { ...endpoint.applyTo(options), logGroupName, logStreamName: 'unknown', spool: undefined };
    return { options: asData, chosenGroups: groups.chosen, streams };
  }

  /**
   * Settles everything that is left, or keeps it on disk.
   *
   * @param rescued what another thread did for the batches of the snapshot, in their order
   * @returns how many events were lost
   */
  settle(rescued: readonly RescuedBatch[] = []): number {
    const { accounts, writers, spooler } = this.#context;
    const whyNot = this.#whyNotStored(rescued.length > 0);
    const byBatch = new Map(rescued.map((result, index) => [this.#handedOver[index], result]));
    let lost = 0;
    const release = (): Leftover[] => {
      const unsettled: Leftover[] = [];
      for (const writer of writers) {
        for (const batch of writer.release()) {
          const result = byBatch.get(batch);
          const putUnder = result?.putUnder;
          if (putUnder !== undefined) batch.history = leftUnanswered(batch.history, putUnder);
          const leftover = { writer, batch, wasPutElsewhere: putUnder !== undefined };
          if (result?.isSettled) writer.settle(batch, result.fates);
          else if (spooler) unsettled.push(leftover);
          else lost += giveUp(leftover, result);
        }
      }
      return unsettled;
    };
    if (spooler) lost = spooler.keep(release);
    else release();
    if (lost > 0) accounts.lastError = whyNot ?? accounts.lastError;
    return lost;
  }

  /** Says how many events were lost. */
  report(lost: number, when: string): void {
    if (lost === 0) return;
    const { accounts, options, diagnostics } = this.#context;
    const { lastError } = accounts;
    const why = lastError ? `; last error: ${lastError.name}: ${lastError.message}` : '';
    diagnostics.lastWords({
      code: 'shutdown',
      message: `${lost} log event(s) for log group "${logGroupText(options)}" were not sent ${when}${why}.`,
    });
    diagnostics.drop({ reason: 'shutdown', events: lost, bytes: 0 });
  }

  /**
   * The reason why events that are not settled wait, where that is no failure which is known already.
   *
   * @param isElsewhere whether a thread has them, which tells by itself what it waits for, if it still can
   */
  #whyNotStored(isElsewhere: boolean): LastError | undefined {
    const { accounts, clock, writers } = this.#context;
    const at = clock.wallTime();
    if (isElsewhere) return accounts.lastError ?? { name: 'NotInTime', message: NO_ANSWER.request, at };
    const awaited = [...writers].filter((writer) => !writer.isIdle).map((writer) => writer.awaited);
    const uncreated = awaited.filter((one) => one === 'creation').length;
    const { lastError } = accounts;
    if (uncreated > 0) {
      const also = lastError ? ` (last error: ${lastError.name}: ${lastError.message})` : '';
      return {
        name: 'StreamsNotCreated',
        message: `${uncreated} log stream(s) were not created in time; AWS allows ${CREATIONS_A_SECOND} creations a second${also}`,
        at,
      };
    }
    const [first] = awaited;
    if (lastError || first === undefined) return undefined;
    return { name: 'NotInTime', message: NO_ANSWER[first], at };
  }
}

/** @returns how many events of the batch were lost; one that was halved may be settled in part */
function giveUp({ writer, batch }: Leftover, result: RescuedBatch | undefined): number {
  const fates = result?.fates ?? new Map<Fate, number>();
  const settled = [...fates.values()].reduce((sum, events) => sum + events, 0);
  const lost = batch.weight - settled;
  writer.settle(batch, settled > 0 ? new Map([...fates, ['shutdown', lost]]) : 'shutdown');
  return lost;
}
