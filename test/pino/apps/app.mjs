import pino from 'pino';
import * as cloudWatch from 'pino-cloudwatch-logs';
import { run } from './scenario.cjs';

await run({ pino, cloudWatch });
