export { Diagnostics, printLine } from '../accounts/diagnostics.js';
export { EVENT_NAMES } from '../accounts/events.js';
export { Levels, lowestFirst, severityOfName } from '../batch/levels.js';
export { type Guarded, guardExit, linesCome } from '../exit/exit-guard.js';
export { onProcess } from '../exit/process-listeners.js';
export { onSignals, type SignalOptions } from '../exit/signals.js';
export { findPackage, versionOf } from '../modules/find-package.js';
export { isEnabled } from '../options/enabled.js';
export { describe, invalidOption } from '../options/errors.js';
export { optionFlagsHelp, readCommandLine } from '../options/flags.js';
export { logGroupText } from '../options/group-name.js';
export {
  checkFlushOptions,
  checkOptions,
  checkOptionsAreData,
  PUBLISHER_OPTION_NAMES,
} from '../options/option-checks.js';
export {
  checkRows,
  isRecord,
  type OptionRows,
  oneOf,
  onOff,
  settings,
  text,
} from '../options/option-rows.js';
export { type ResolvedOptions, resolveOptions } from '../options/resolve-options.js';
export { nearestName } from '../options/spelling.js';
export { AnnouncedEnd } from '../time/announced-end.js';
export {
  clearInterval,
  clearTimeout,
  now,
  setImmediate,
  setInterval,
  setTimeout,
  systemClock,
  wallTime,
} from '../time/clock.js';
export { eventTime } from '../time/event-time.js';
export { type AskedWorker, askWorker, waitForWorker } from './ask-worker.js';
export { lostEvents, noStats, pendingEvents, sumFlushResults, sumStats } from './stats-sum.js';
export { type Post, publisherInWorker, WorkerBridge } from './worker-bridge.js';
export {
  ANSWER_EVENT,
  type Answer,
  type BroadcastQuestion,
  MOST_CLOSE_MS,
  QUESTIONS,
  type Question,
  STATS_EVENT,
} from './worker-protocol.js';
