// Logs one line in each way.
const pino = require('pino');
const { cloudWatchTransport } = require('pino-cloudwatch-logs');
const winston = require('winston');
const { CloudWatchTransport } = require('winston-cloudwatch-logs');

const options = (logStreamName) => ({ logGroupName: 'app', logStreamName });
const target = { target: 'pino-cloudwatch-logs', options: options('pino-worker') };
const loggers = [
  pino({ transport: target }),
  pino({ transport: { targets: [{ ...target, options: options('pino-targets') }] } }),
  pino(cloudWatchTransport(options('pino-in-process'))),
  winston.createLogger({ transports: [new CloudWatchTransport(options('winston'))] }),
  winston.createLogger({
    transports: [new CloudWatchTransport({ ...options('winston-worker'), worker: true })],
  }),
];
module.exports = loggers; // held, so that no worker of pino ends with a logger that was collected
for (const logger of loggers) logger.info('paid');
if (process.argv[2] === 'process.exit()') process.exit(0);
