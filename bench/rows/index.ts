import type { Row } from '../harness/row.js';
import { pinoCall } from './pino-call.js';
import { pinoThroughput } from './pino-throughput.js';
import { putCpu } from './put-cpu.js';
import { winstonCall } from './winston-call.js';
import { winstonThroughput } from './winston-throughput.js';

/** Every measure, in the order in which they are run and shown. */
export const ROWS: readonly Row[] = [pinoThroughput, winstonThroughput, pinoCall, winstonCall, putCpu];
