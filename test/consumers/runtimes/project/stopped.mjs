// Logs a line in each of four ways, and when a signal stops it another one.
import pino from 'pino';
import { cloudWatchTarget, cloudWatchTransport, flushOnSignals } from 'pino-cloudwatch-logs';
import winston from 'winston';
import { CloudWatchTransport, flushOnSignals as flushWinstonOnSignals } from 'winston-cloudwatch-logs';

const options = (logStreamName) => ({ logGroupName: 'app', logStreamName });
const ofPino = [
  pino(cloudWatchTransport(options('pino-in-process'))),
  pino(pino.transport(cloudWatchTarget(options('pino-worker')))),
];
const ofWinston = [
  new CloudWatchTransport(options('winston')),
  new CloudWatchTransport({ ...options('winston-worker'), worker: true }),
].map((transport) => winston.createLogger({ transports: [transport] }));
for (const logger of [...ofPino, ...ofWinston]) logger.info('started');

const within = { timeoutMs: 1_500 };
for (const logger of ofPino) flushOnSignals(logger, { ...within, before: () => logger.info('stopping') });
for (const logger of ofWinston)
  flushWinstonOnSignals(logger, { ...within, before: () => logger.info('stopping') });
setInterval(() => {}, 60_000);
