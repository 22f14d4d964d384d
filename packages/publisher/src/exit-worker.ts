import { workerData } from 'node:worker_threads';
import { RESCUE, type RescueData } from './exit-guard.js';
import { Publisher } from './publisher.js';

// Runs in a thread of its own while the main thread, at the end of the process, waits for it.
const { snapshots, timeoutMs, progress } = workerData as RescueData;
const view = new Int32Array(progress);
Atomics.store(view, 0, RESCUE.running);
Atomics.notify(view, 0);

void Promise.all(
  snapshots.map(async ({ options, streams }, index) => {
    const publisher = new Publisher(options, { guardExit: false });
    publisher.on('warn', () => {}); // the thread that waits reports what is lost
    publisher.on('batch', () => Atomics.store(view, index + 1, publisher.stats().delivered));
    publisher.restore({ options, streams });
    await publisher.close({ timeoutMs });
    Atomics.store(view, index + 1, publisher.stats().delivered);
  }),
).finally(() => {
  Atomics.store(view, 0, RESCUE.done);
  Atomics.notify(view, 0);
});
