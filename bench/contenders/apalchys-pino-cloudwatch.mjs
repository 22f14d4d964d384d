import pinoCloudWatch from '@apalchys/pino-cloudwatch';
import pino from 'pino';
import { makeRecords } from '../loads/lines.mjs';
import { logGroupName, logStreamName } from '../loggers/aws.mjs';
import { pinoOptions } from '../loggers/pino-options.mjs';

export function start({ bytes, settings }) {
  const stream = pinoCloudWatch(
    {
      group: logGroupName,
      stream: logStreamName,
      aws_region: 'us-east-1',
      aws_access_key_id: 'bench',
      aws_secret_access_key: 'bench',
      ...settings, // its endpoint is in the environment
    },
    () => {},
  );
  const logger = pino(pinoOptions, stream);
  const records = makeRecords(bytes, 'pino');
  return { log: (number, text) => logger.info(records[number % records.length], text) };
}
