import path from 'node:path';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { LastError } from '../accounts/accounts.js';
import { countBatches, type PublisherSnapshot } from '../batch/snapshot.js';
import type { Access } from '../cloudwatch/access.js';
import { exitThreadCode } from './exit-thread-code.js';
import type { RescuedBatch } from './rescue-report.js';
import { type RescueReport, readReports } from './rescue-report.js';

/** The batches that one publisher leaves to the thread, and the way to CloudWatch Logs. */
export interface HandOver {
  readonly snapshot: PublisherSnapshot;
  readonly route: Route;
}

/** With what is known already, or with the AWS SDK, which must be loaded and finds out by itself. */
export type Route = { readonly access: Access } | { readonly sdkFile: string };

/** Sent to the thread on its port. */
export interface RescueTask {
  readonly handOvers: readonly HandOver[];
  /** On the clock of {@link sharedNow}: starting the thread takes of the time, too. */
  readonly deadline: number;
}

/** Milliseconds on a clock that is the same in all threads; that of `performance` begins with each. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

/** Given to the thread at its start. */
export interface ExitThreadData {
  /** Brings tasks, takes reports. */
  readonly port: MessagePort;
  /** Two numbers, at {@link STARTED} and {@link TASKS_DONE}, to wait for. */
  readonly progress: SharedArrayBuffer;
}

/** The result of the thread for one publisher. */
export interface Rescued {
  /** In the order of the snapshot. */
  readonly batches: readonly RescuedBatch[];
  readonly lastError: LastError | undefined;
}

/** 1 once the thread runs. */
export const STARTED = 0;
/** How many tasks the thread has come to the end of. */
export const TASKS_DONE = 1;

const START_MS = 5000; // a thread that has not started by then, on however busy a machine, never will
const ANSWER_MS = 500; // for the thread to say that its time is over

/**
 * Sends what is left at the end of the process, when the main thread can no longer use the network but can still wait.
 * The thread's code is text within this file, because bundlers leave out, or take apart, a file that it would be in.
 */
export class ExitThread {
  readonly #port: MessagePort;
  readonly #progress: Int32Array;
  #tasks = 0;

  /**
   * @param withPreloads run what NODE_OPTIONS preloads in the thread too
   * @throws Error when this process may not start threads
   */
  constructor(withPreloads: boolean) {
    const { port1, port2 } = new MessageChannel();
    const progress = new SharedArrayBuffer(8);
    leaveDeletedDirectory();
    new Worker(exitThreadCode, {
      eval: true,
      name: 'cloudwatch-logs-exit',
      workerData: { port: port2, progress } satisfies ExitThreadData,
      transferList: [port2],
      // Flags of the application (a loader, a profiler) and preloads would only slow the thread down or fail in it.
      execArgv: [],
      env: withPreloads ? process.env : { ...process.env, NODE_OPTIONS: '' },
      stdout: true,
      stderr: true,
    });
    this.#port = port1;
    this.#progress = new Int32Array(progress);
  }

  /** Waits, without a turn of the event loop, until the thread has sent everything or the time is over. */
  deliver(handOvers: readonly HandOver[], timeoutMs: number): Rescued[] {
    const deadline = sharedNow() + timeoutMs;
    this.#port.postMessage({ handOvers, deadline } satisfies RescueTask);
    Atomics.wait(this.#progress, STARTED, 0, Math.min(START_MS, timeoutMs));
    if (Atomics.load(this.#progress, STARTED) === 1) {
      const left = Math.max(0, deadline + ANSWER_MS - sharedNow());
      Atomics.wait(this.#progress, TASKS_DONE, this.#tasks, left);
    }
    this.#tasks = Atomics.load(this.#progress, TASKS_DONE);
    return sortReports(this.#reports(), handOvers);
  }

  *#reports(): IterableIterator<RescueReport> {
    for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port)) {
      yield next.message;
    }
  }
}

function sortReports(reports: Iterable<RescueReport>, handOvers: readonly HandOver[]): Rescued[] {
  const ofBatch = new Map<number, RescueReport[]>();
  const errors = new Map<number, LastError>();
  for (const report of reports) {
    const [kind, number, about] = report;
    if (kind === 'failed') errors.set(number, about);
    else ofBatch.set(number, [...(ofBatch.get(number) ?? []), report]);
  }
  let batch = 0;
  return handOvers.map(({ snapshot }, publisher) => ({
    batches: Array.from({ length: countBatches(snapshot) }, () => readReports(ofBatch.get(batch++) ?? [])),
    lastError: errors.get(publisher),
  }));
}

/** No thread can start in a working directory that was deleted, as deployments do with the release before them. */
function leaveDeletedDirectory(): void {
  try {
    process.cwd();
  } catch {
    process.chdir(path.dirname(process.execPath));
  }
}
