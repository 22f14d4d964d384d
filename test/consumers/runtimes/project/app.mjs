// node app.mjs ENDING: logs 20 lines in each of four ways and ends. The first line of standard output says what flushed.
import pino from 'pino';
import { cloudWatchTarget, cloudWatchTransport, flushTransport } from 'pino-cloudwatch-logs';
import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';

const ending = process.argv[2];
const options = (logStreamName) => ({ logGroupName: 'app', logStreamName });
const stream = cloudWatchTransport(options('pino-in-process'));
const target = pino.transport(cloudWatchTarget(options('pino-worker')));
const transport = new CloudWatchTransport(options('winston'));
const threaded = new CloudWatchTransport({ ...options('winston-worker'), worker: true });
const loggers = [
  pino(stream),
  pino(target),
  winston.createLogger({ transports: [transport] }),
  winston.createLogger({ transports: [threaded] }),
];
for (let i = 0; i < 20; i++) for (const logger of loggers) logger.info(`number ${i}`);

if (ending === 'flush') {
  const results = await Promise.all([
    stream.flush(),
    flushTransport(loggers[1]),
    transport.flush(),
    threaded.flush(),
  ]);
  console.log(JSON.stringify(results));
  process.kill(process.pid, 'SIGKILL');
}
if (ending === 'process.exit()') process.exit(0);
if (ending === 'handled error') {
  process.on('uncaughtException', () => process.exit(1));
  setImmediate(() => {
    throw new Error('the application failed');
  });
}
if (ending === 'uncaught error') throw new Error('the application failed');
if (ending === 'SIGTERM') {
  process.once('SIGTERM', () => process.exit(0));
  setInterval(() => {}, 60_000);
  process.kill(process.pid, 'SIGTERM');
}
