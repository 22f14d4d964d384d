// An application that logs in a thread of its own: `application.mjs`, with the scenario of this one, which also says what
// the main thread does when the thread has logged: "main": "waits" | "blocks" | "exit" | "throw" | "natural" | "terminate", and whether it
// has "loaded" the package before it starts the thread.
import { Worker } from 'node:worker_threads';

const { main, loaded, ...scenario } = JSON.parse(process.argv[2]);
if (loaded) await import('cloudwatch-logs-publisher');
const thread = new Worker(new URL('application.mjs', import.meta.url), { argv: [JSON.stringify(scenario)] });
thread.on('error', () => {}); // what it throws is part of the scenario
const ends = {
  waits() {},
  blocks: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500),
  exit: () => process.exit(),
  throw() {
    throw new Error('uncaught in the main thread');
  },
  natural: () => thread.unref(),
  terminate: () => thread.terminate().then(() => process.exit()),
};
thread.on('message', () => ends[main]());
