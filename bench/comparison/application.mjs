// A program that logs with one transport what it is told to; see logging-process.ts for what it is told.

import { text } from '../loads/lines.mjs';
import { startLogger } from '../loads/start-logger.mjs';

const logger = await startLogger(JSON.parse(process.argv[2]));
process.on('message', (order) => {
  if (order.exit) process.exit();
  log(order);
});
process.send({ ready: true });

function log({ from, to, perTurn, everyMs, fillBytes, thenExit }) {
  let number = from;
  const turn = () => {
    for (const last = Math.min(to, number + perTurn); number < last; number++) {
      logger.log(number, text(number) + '#'.repeat(fillBytes));
    }
    if (number < to) return;
    clearInterval(timer);
    if (thenExit) process.exit();
    process.send({ logged: true });
  };
  const timer = setInterval(turn, everyMs);
  turn();
}
