import { workerData } from 'node:worker_threads';
import { ERROR_BYTES, RESCUE, type RescueData } from './exit-guard.js';
import { Publisher } from './publisher.js';

// Runs in a thread of its own while the main thread, at the end of the process, waits for it.
const { snapshots, timeoutMs, progress, errors } = workerData as RescueData;
const view = new Int32Array(progress);
Atomics.store(view, 0, RESCUE.running);
Atomics.notify(view, 0);

void Promise.all(
  snapshots.map(async ({ options, streams }, index) => {
    // The thread that waits reports what is lost.
    const publisher = new Publisher(options, { guardExit: false, silent: true });
    publisher.on('batch', () => Atomics.store(view, index + 1, publisher.stats().delivered));
    publisher.restore({ options, streams });
    await publisher.close({ timeoutMs });
    const { delivered, lastError } = publisher.stats();
    Buffer.from(errors, index * ERROR_BYTES, ERROR_BYTES - 1).write(
      lastError ? JSON.stringify(lastError) : '',
    );
    Atomics.store(view, index + 1, delivered);
  }),
).finally(() => {
  Atomics.store(view, 0, RESCUE.done);
  Atomics.notify(view, 0);
});
