// Logs at a steady rate, and looks at a part of that time: what was waiting when it begins was logged before, and what
// waits when it ends is not in it.
//   task: { logger, settings, bytes, rate, seconds, warmUpSeconds }
import { counted, report, reset, stored } from './endpoint-link.mjs';
import { text } from './lines.mjs';
import { startMeter } from './meter.mjs';
import { logAtPace } from './pace.mjs';
import { startLogger } from './start-logger.mjs';

const task = JSON.parse(process.argv[2]);
const logger = await startLogger(task);
const { rate, seconds, warmUpSeconds, bytes } = task;

await reset({ skip: bytes });
let last = 0;
const log = (number, line) => {
  last = number;
  logger.log(number, line);
};
const logging = logAtPace(log, { rate, seconds: warmUpSeconds + seconds, makeText: text });
await new Promise((resolve) => setTimeout(resolve, warmUpSeconds * 1000));
const before = await counted();
const firstLogged = last;
const used = startMeter();
const { calls } = await logging;
const { cpuMs, activeMs } = used();
const after = await counted();
const logged = last - firstLogged;

await logger.deliver();
const outcome = await stored(calls, { stallMs: 4000, limitMs: 20_000 });
report({
  cpuUsPerEvent: (cpuMs * 1000) / logged,
  activeUsPerEvent: (activeMs * 1000) / logged,
  requestsPerSecond: (after.requests - before.requests) / seconds,
  requestsPerMillion: ((after.requests - before.requests) / logged) * 1e6,
  storedByLogged: (after.events - before.events) / logged,
  missing: calls - outcome.events,
});
