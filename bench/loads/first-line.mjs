// The first lines of a process, and functions that log, work, log and flush, as in AWS Lambda.
//   task: { logger, bytes, settings, workMs?, pauseMs?, rounds? }
// Without `workMs` one line is logged, and the time runs until the endpoint has answered.
import { setTimeout as wait } from 'node:timers/promises';
import { counted, now, report, reset, stored } from './endpoint-link.mjs';
import { text } from './lines.mjs';
import { startLogger } from './start-logger.mjs';

const task = JSON.parse(process.argv[2]);
await reset({ skip: task.bytes });
report(task.workMs === undefined ? await firstLine() : await handlers());

async function firstLine() {
  const logger = await startLogger(task);
  const began = now();
  logger.log(0, text(0));
  if (!(await stored(1)).isComplete) return {};
  for (;;) {
    const { at } = await counted(); // 0 until it has answered
    if (at > 0) return { storedMs: at - began };
    await wait(1);
  }
}

/** The first is cold: nothing is loaded yet. Between two the process rests, longer than batches wait for company. */
async function handlers() {
  const logger = await startLogger(task);
  const times = [];
  let number = 0;
  const handler = async () => {
    logger.log(number, text(number++));
    // Without work there is one put: the least that a flush can take.
    if (task.workMs > 0) {
      await wait(task.workMs);
      logger.log(number, text(number++));
    }
    const began = performance.now();
    await logger.deliver();
    times.push(performance.now() - began);
  };
  for (let round = 0; round <= task.rounds; round++) {
    await handler();
    if (round === 0) await reset();
    await wait(task.pauseMs);
  }
  const [coldMs, ...warm] = times;
  const { puts } = await counted();
  return {
    coldMs,
    flushMs: warm.sort((a, b) => a - b)[Math.floor(warm.length / 2)],
    putsPerCall: puts / task.rounds,
  };
}
