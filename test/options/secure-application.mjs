// An application that logs with a pino worker, with pino in process and with winston, and waits for CloudWatch Logs after
// each line. Told by its first argument, as JSON: { "puts": lines with each, "options": {...} }. It says on stdout how
// many were delivered. Which certificates it trusts is up to its environment.
import pino from 'pino';
import cloudWatchTransport, { cloudWatchTarget, flushTransport } from 'pino-cloudwatch-logs';
import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';

const { puts, options } = JSON.parse(process.argv[2]);
const named = (logStreamName) => ({ ...options, logStreamName });

const worker = pino.transport(cloudWatchTarget(named('worker')));
const stream = cloudWatchTransport(named('in process'));
const transport = new CloudWatchTransport(named('winston'));
const delivered = await Promise.all([
  deliver(pino(worker), () => flushTransport(worker)),
  deliver(pino(stream), () => flushTransport(stream)),
  deliver(winston.createLogger({ transports: [transport] }), () => transport.flush()),
]);
console.log(JSON.stringify(delivered));

async function deliver(logger, flush) {
  let sum = 0;
  for (let i = 0; i < puts; i++) {
    logger.info('a line');
    sum += (await flush()).delivered;
  }
  return sum;
}
