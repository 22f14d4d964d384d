import CWLogsWritable from 'cwlogs-writable';
import pino from 'pino';
import { makeRecords } from '../loads/lines.mjs';
import { logGroupName, logStreamName } from '../loggers/aws.mjs';
import { pinoOptions } from '../loggers/pino-options.mjs';

export function start({ bytes, endpoint, settings }) {
  const stream = new CWLogsWritable({
    logGroupName,
    logStreamName,
    cloudWatchLogsOptions: {
      endpoint,
      region: 'us-east-1',
      accessKeyId: 'bench',
      secretAccessKey: 'bench',
    },
    ...settings,
  });
  const logger = pino(pinoOptions, stream);
  const records = makeRecords(bytes, 'pino');
  return { log: (number, text) => logger.info(records[number % records.length], text) };
}
