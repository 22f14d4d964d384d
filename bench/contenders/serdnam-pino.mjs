import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { makeRecords } from '../loads/lines.mjs';
import { logGroupName, logStreamName } from '../loggers/aws.mjs';
import { pinoOptions } from '../loggers/pino-options.mjs';

export function start({ bytes, settings }) {
  const transport = pino.transport({
    target: fileURLToPath(import.meta.resolve('@serdnam/pino-cloudwatch-transport')),
    options: { logGroupName, logStreamName, ...settings }, // its endpoint is in the environment
  });
  const logger = pino(pinoOptions, transport);
  const records = makeRecords(bytes, 'pino');
  return {
    log: (number, text) => logger.info(records[number % records.length], text),
    end: () => transport.end(), // it has no flush
  };
}
