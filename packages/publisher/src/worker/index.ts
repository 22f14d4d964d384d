export { systemClock } from '../clock.js';
export { Diagnostics, printLine } from '../diagnostics.js';
export { type Guarded, guardExit } from '../exit-guard.js';
export { type AskedWorker, askWorker, waitForWorker } from './ask-worker.js';
export { DropTally } from './drop-tally.js';
export { lostEvents, noStats, pendingEvents, sumFlushResults, sumStats } from './stats-sum.js';
export { type Post, type Target, WorkerBridge } from './worker-bridge.js';
export {
  ANSWER_EVENT,
  type Answer,
  type BroadcastQuestion,
  MOST_CLOSE_MS,
  QUESTIONS,
  type Question,
  STATS_EVENT,
} from './worker-protocol.js';
