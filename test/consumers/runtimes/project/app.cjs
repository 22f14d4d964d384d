// node app.mjs ENDING: logs 20 lines in each of four ways and ends. The first line of standard output says what flushed.
const pino = require('pino');
const { cloudWatchTarget, cloudWatchTransport } = require('pino-cloudwatch-logs');
const winston = require('winston');
const { CloudWatchTransport } = require('winston-cloudwatch-logs');

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

if (ending === 'process.exit()') process.exit(0);
