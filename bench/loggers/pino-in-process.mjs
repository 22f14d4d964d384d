import pino from 'pino';
import cloudWatchTransport from 'pino-cloudwatch-logs';
import { makeRecords } from '../loads/lines.mjs';
import { awsFor, logGroupName, logStreamName } from './aws.mjs';
import { pinoOptions } from './pino-options.mjs';

export function start({ bytes, endpoint, settings }) {
  const stream = cloudWatchTransport({ logGroupName, logStreamName, aws: awsFor({ endpoint }), ...settings });
  const logger = pino(pinoOptions, stream);
  const records = makeRecords(bytes, 'pino');
  return {
    log: (number, text) => logger.info(records[number % records.length], text),
    deliver: () => stream.flush(),
  };
}
