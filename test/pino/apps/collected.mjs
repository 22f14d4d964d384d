import pino from 'pino';
import { cloudWatchTarget } from 'pino-cloudwatch-logs';
import { run } from './let-go.cjs';

run(pino, cloudWatchTarget);
