// The process that ending.mjs measures: it logs, says so, and ends.
import { writeSync } from 'node:fs';
import { text } from './lines.mjs';
import { startLogger } from './start-logger.mjs';

const task = JSON.parse(process.argv[2]);
const logger = await startLogger(task);
for (let number = 0; number < task.events; number++) logger.log(number, text(number));
writeSync(1, 'logged\n');
if (task.way === 'exit') process.exit();
