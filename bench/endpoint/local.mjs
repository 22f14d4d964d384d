// cloudwatch-logs-local in a process of its own. Started with fork(): tells its port and how long it took to start, and
// then answers each message with what it has used and holds.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';

const began = performance.now();
const { startLocal } = await import('../../packages/local/dist/index.js');
const imported = performance.now();
const local = await startLocal({ maxBytes: 1e9 });
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();

process.on('message', async ({ reset }) => {
  if (reset) {
    globalThis.gc();
    // The turn of the collection is counted by the next timer: only then it can be taken back.
    await setTimeout(50);
    delay.reset();
  }
  const { user, system } = process.cpuUsage();
  process.send({
    cpuMs: (user + system) / 1000,
    rss: process.memoryUsage.rss(),
    bytes: local.stats().bytes,
    longestTurnMs: delay.max / 1e6,
  });
});
process.send({ port: local.port, startMs: performance.now() - imported, importMs: imported - began });
