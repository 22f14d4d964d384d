import pino from 'pino';
import { flushTransport } from 'pino-cloudwatch-logs';
import { makeRecords } from '../loads/lines.mjs';
import { awsFor, logGroupName, logStreamName, settingsWith } from './aws.mjs';
import { pinoOptions } from './pino-options.mjs';

export function start({ bytes, endpoint, settings, directory }) {
  const options = {
    logGroupName,
    logStreamName,
    aws: awsFor({ endpoint }),
    ...settingsWith(settings, directory),
  };
  const transport = pino.transport({ target: 'pino-cloudwatch-logs', options });
  const logger = pino(pinoOptions, transport);
  const records = makeRecords(bytes, 'pino');
  return {
    log: (number, text) => logger.info(records[number % records.length], text),
    deliver: () => flushTransport(transport, { timeoutMs: 120_000 }),
  };
}
