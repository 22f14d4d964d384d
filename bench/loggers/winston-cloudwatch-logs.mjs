import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';
import { makeRecords } from '../loads/lines.mjs';
import { awsFor, logGroupName, logStreamName, settingsWith } from './aws.mjs';

export function start({ bytes, endpoint, settings, directory }) {
  const transport = new CloudWatchTransport({
    logGroupName,
    logStreamName,
    aws: awsFor({ endpoint }),
    ...settingsWith(settings, directory),
  });
  const logger = winston.createLogger({ transports: [transport] });
  const records = makeRecords(bytes, 'winston');
  return {
    log: (number, text) => logger.info(text, records[number % records.length]),
    deliver: () => transport.flush({ timeoutMs: 120_000 }),
  };
}
