// Logs with pino and with winston, in process, and ends as SCENARIO says; or asks for threads, which need files.
import pino from 'pino';
import { cloudWatchTarget, cloudWatchTransport } from 'pino-cloudwatch-logs';
import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';
import { logAndEnd } from './endings.mjs';

const logGroupName = 'app';
if (process.env.SCENARIO === 'threads') {
  const options = { logGroupName };
  for (const start of [
    () => cloudWatchTarget(options),
    () => new CloudWatchTransport({ ...options, worker: true }),
  ]) {
    try {
      start();
    } catch (error) {
      console.log(error.message);
    }
  }
} else {
  const stream = cloudWatchTransport({ logGroupName, logStreamName: 'pino' });
  const transport = new CloudWatchTransport({ logGroupName, logStreamName: 'winston' });
  const loggers = [pino(stream), winston.createLogger({ transports: [transport] })];
  logAndEnd(loggers, () => Promise.all([stream.flush(), transport.flush()]));
}
