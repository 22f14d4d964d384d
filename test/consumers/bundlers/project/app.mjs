// Logs with pino and with winston, in process, and ends; SCENARIO says how, as JSON:
// { "lines", "first": one line of each is stored before the others, "ending" }
import pino from 'pino';
import { cloudWatchTransport } from 'pino-cloudwatch-logs';
import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';

const { lines, first, ending } = JSON.parse(process.env.SCENARIO);
const stream = cloudWatchTransport({ logGroupName: 'app', logStreamName: 'pino' });
const transport = new CloudWatchTransport({ logGroupName: 'app', logStreamName: 'winston' });
const loggers = [pino(stream), winston.createLogger({ transports: [transport] })];

let number = 0;
const log = () => {
  for (const logger of loggers) logger.info(`number ${number}`);
  number++;
};

async function main() {
  if (first) {
    log();
    await Promise.all([stream.flush(), transport.flush()]);
  }
  for (let i = 0; i < lines; i++) log();
  if (ending === 'process.exit') process.exit(0);
  if (ending === 'uncaught error') throw new Error('the application failed');
  if (ending === 'SIGTERM') {
    process.once('SIGTERM', () => process.exit(0));
    setInterval(() => {}, 60_000);
    process.kill(process.pid, 'SIGTERM');
  }
}

main().catch((error) => {
  setImmediate(() => {
    throw error;
  });
});
