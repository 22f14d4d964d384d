import { type IdRange, RangeSet } from './range-set.js';
import { openSpool, PART_FLAG, type SpooledEvent } from './spool.js';

/** How far a replay has come. */
export interface ReplayProgress {
  /** Events settled so far, as they were published. */
  readonly settled: number;
  /** Events of dead owners, as they were published. */
  readonly total: number;
}

/**
 * Takes over what dead owners left in `directory` and hands it to `send`, batch by batch and in order. A batch is
 * settled, and never sent again, when the promise of `send` resolves. When it rejects the replay ends with that
 * error, and the rest stays for the next owner. Living owners are not touched.
 */
export async function replay(
  directory: string,
  send: (events: readonly SpooledEvent[]) => Promise<void>,
  onProgress: (progress: ReplayProgress) => void = () => {},
  options: { readonly batchBytes?: number; readonly onWarn?: (message: string) => void } = {},
): Promise<ReplayProgress> {
  const { batchBytes = 1024 * 1024, onWarn = () => {} } = options;
  const spool = openSpool({ directory, maxBytes: Number.MAX_SAFE_INTEGER, mode: 'overflow', onWarn });
  let settled = 0;
  try {
    const { events: total } = await spool.ready;
    onProgress({ settled, total });
    for await (const events of spool.read({ afterId: 0, maxBytes: batchBytes })) {
      await send(events);
      spool.acknowledge(rangesOf(events));
      settled += events.reduce((sum, { flags }) => sum + ((flags & PART_FLAG) === 0 ? 1 : 0), 0);
      onProgress({ settled, total });
    }
    return { settled, total };
  } finally {
    await spool.close();
  }
}

function rangesOf(events: readonly SpooledEvent[]): IdRange[] {
  const ids = new RangeSet();
  for (const { id } of events) ids.add(id, id);
  return ids.ranges();
}
