import pino from 'pino';
import pinoCloudWatch from 'pino-cloudwatch';
import { makeRecords } from '../loads/lines.mjs';
import { logGroupName, logStreamName } from '../loggers/aws.mjs';
import { pinoOptions } from '../loggers/pino-options.mjs';
import { pointSdk2 } from './aws-sdk-2.mjs';

export function start({ bytes, endpoint, settings }) {
  pointSdk2('pino-cloudwatch', endpoint);
  const stream = pinoCloudWatch({ group: logGroupName, stream: logStreamName, ...settings }, () => {});
  const logger = pino(pinoOptions, stream);
  const records = makeRecords(bytes, 'pino');
  return { log: (number, text) => logger.info(records[number % records.length], text) };
}
