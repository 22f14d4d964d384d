import { workerData } from 'node:worker_threads';
import { countBatches, type PublisherSnapshot } from './batch/snapshot.js';
import { ERROR_BYTES, RESCUE, type RescueData } from './exit/exit-guard.js';
import { RescueTallies } from './exit/rescue-tally.js';
import { Publisher } from './publisher.js';

// Runs in a thread of its own while the main thread, at the end of the process, waits for it.
const { snapshots, timeoutMs, progress, tallies, errors } = workerData as RescueData;
const view = new Int32Array(progress);
const shared = new RescueTallies(tallies);
Atomics.store(view, 0, RESCUE.running);
Atomics.notify(view, 0);

let batches = 0;
const deliveries = snapshots.map((snapshot, index) => {
  const first = batches;
  batches += countBatches(snapshot);
  return deliver(snapshot, index, first);
});
void Promise.allSettled(deliveries).then(() => {
  Atomics.store(view, 0, RESCUE.done);
  Atomics.notify(view, 0);
});

async function deliver(snapshot: PublisherSnapshot, index: number, firstBatch: number): Promise<void> {
  // The thread that waits reports what is lost.
  const publisher = new Publisher(snapshot.options, { guardExit: false, silent: true });
  let batch = firstBatch;
  publisher.restore(snapshot, () => shared.of(batch++));
  await publisher.close({ timeoutMs });
  const { lastError } = publisher.stats();
  Buffer.from(errors, index * ERROR_BYTES, ERROR_BYTES - 1).write(lastError ? JSON.stringify(lastError) : '');
}
