import { createRequire } from 'node:module';
import { setImmediate as turn } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { countBatches } from './batch/snapshot.js';
import { isHopeless } from './cloudwatch/outcome.js';
import { CloudWatchLogsSink } from './cloudwatch/sdk-sink.js';
import { SignedSink } from './cloudwatch/signed-sink.js';
import type { CallResult, PutResult, Sink } from './cloudwatch/sink.js';
import {
  type ExitThreadData,
  type HandOver,
  type RescueTask,
  STARTED,
  sharedNow,
  TASKS_DONE,
} from './exit/exit-thread.js';
import { type RescueReport, reportOn } from './exit/rescue-report.js';
import { resolveOptions } from './options/resolve-options.js';
import { Publisher } from './publisher.js';

// Runs in a thread of its own while the main thread, at the end of the process, waits for it. The build makes a text
// of it with everything that it imports: `exit/exit-thread-code.ts`.
const { port, progress } = workerData as ExitThreadData;
const view = new Int32Array(progress);
const tell = (report: RescueReport) => port.postMessage(report);

port.on('message', (task: RescueTask) => void run(task).finally(ended));
process.on('exit', ended); // a thread that fails must not be waited for
Atomics.store(view, STARTED, 1);
Atomics.notify(view, STARTED);

function ended(): void {
  Atomics.add(view, TASKS_DONE, 1);
  Atomics.notify(view, TASKS_DONE);
}

async function run({ handOvers, deadline }: RescueTask): Promise<void> {
  const timeoutMs = Math.max(0, deadline - sharedNow());
  let batches = 0;
  const deliveries = handOvers.map((handOver, index) => {
    const firstBatch = batches;
    batches += countBatches(handOver.snapshot);
    return deliver(handOver, index, firstBatch, timeoutMs);
  });
  await Promise.allSettled(deliveries);
}

/** Sends what it can; the thread that waits reports what is lost. */
async function deliver(
  { snapshot, route }: HandOver,
  index: number,
  firstBatch: number,
  timeoutMs: number,
): Promise<void> {
  const options = resolveOptions(snapshot.options);
  const sink =
    'access' in route
      ? new SignedSink(route.access, options)
      : new CloudWatchLogsSink(options, async () => createRequire(route.sdkFile)(route.sdkFile));
  let giveUp = () => {};
  const hopeless = new Promise<void>((resolve) => {
    giveUp = resolve;
  });
  const internals = { guardExit: false, silent: true, sink: watched(sink, giveUp) };
  const publisher = new Publisher(snapshot.options, internals);
  let batch = firstBatch;
  publisher.restore(snapshot, () => reportOn(batch++, tell));
  await Promise.race([publisher.close({ timeoutMs }), hopeless]);
  await turn(); // the answer that leaves no hope is noted first
  const { lastError } = publisher.stats();
  if (lastError) tell(['failed', index, lastError]);
}

/** The same way out, which also tells of a failure that no further try of this thread can mend. */
function watched(sink: Sink, onHopeless: () => void): Sink {
  const watch = async <T extends CallResult | PutResult>(answer: Promise<T>): Promise<T> => {
    const result = await answer;
    if (!result.ok && isHopeless(result)) onHopeless();
    return result;
  };
  return {
    put: (...put) => watch(sink.put(...put)),
    createLogGroup: (...group) => watch(sink.createLogGroup(...group)),
    createLogStream: (target) => watch(sink.createLogStream(target)),
    putRetentionPolicy: (logGroupName, days) => sink.putRetentionPolicy(logGroupName, days),
    describeSequenceToken: (target) => sink.describeSequenceToken(target),
    waitsFor: (timeoutMs) => sink.waitsFor?.(timeoutMs) ?? (() => {}),
    close: () => sink.close(),
  };
}
