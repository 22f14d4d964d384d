import type { Row } from '../harness/row.js';
import { batchFill } from './batch-fill.js';
import { pinoBursts, winstonBursts } from './bursts.js';
import { ending } from './ending.js';
import { eventLoop } from './event-loop.js';
import { farAway, farBurst } from './far-away.js';
import { firstLine } from './first-line.js';
import { flatness } from './flatness.js';
import { garbage } from './garbage.js';
import { gzip } from './gzip.js';
import { local } from './local.js';
import { memoryBurst } from './memory-burst.js';
import { memoryOutage } from './memory-outage.js';
import { pinoCall } from './pino-call.js';
import { pinoThroughput } from './pino-throughput.js';
import { putCpu } from './put-cpu.js';
import { sizes } from './sizes.js';
import { soak } from './soak.js';
import { spool, spoolReplay } from './spool.js';
import { startup } from './startup.js';
import { streams } from './streams.js';
import { winstonCall } from './winston-call.js';
import { winstonThroughput } from './winston-throughput.js';

/** Every measure, in the order in which they are run and shown. */
export const ROWS: readonly Row[] = [
  pinoThroughput,
  winstonThroughput,
  sizes,
  pinoCall,
  winstonCall,
  pinoBursts,
  winstonBursts,
  eventLoop,
  garbage,
  putCpu,
  batchFill,
  flatness,
  streams,
  farAway,
  farBurst,
  memoryBurst,
  memoryOutage,
  soak,
  startup,
  firstLine,
  ending,
  gzip,
  spool,
  spoolReplay,
  local,
];
