import pino from 'pino';
import cloudWatchTransport from 'pino-cloudwatch-logs';
import { makeRecords } from '../loads/lines.mjs';
import { awsFor, logGroupName, logStreamName, settingsWith } from './aws.mjs';
import { pinoOptions } from './pino-options.mjs';

export function start({ bytes, endpoint, settings, directory }) {
  const stream = cloudWatchTransport({
    logGroupName,
    logStreamName,
    aws: awsFor({ endpoint }),
    ...settingsWith(settings, directory),
  });
  const logger = pino(pinoOptions, stream);
  const records = makeRecords(bytes, 'pino');
  return {
    log: (number, text) => logger.info(records[number % records.length], text),
    deliver: () => stream.flush(),
  };
}
