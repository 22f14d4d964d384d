import winston from 'winston';
import CloudWatchTransport from 'winston-aws-cloudwatch';
import { makeRecords } from '../loads/lines.mjs';
import { logGroupName, logStreamName } from '../loggers/aws.mjs';

export function start({ bytes, endpoint, settings }) {
  const transport = new CloudWatchTransport({
    logGroupName,
    logStreamName,
    createLogGroup: true,
    createLogStream: true,
    awsConfig: { endpoint, region: 'us-east-1', accessKeyId: 'bench', secretAccessKey: 'bench' },
    formatLog: (item) => `${item.level}: ${item.message} ${JSON.stringify(item.meta)}`,
    ...settings,
  });
  transport.on('error', () => {});
  const logger = winston.createLogger({ transports: [transport] });
  const records = makeRecords(bytes, 'winston');
  return { log: (number, text) => logger.info(text, records[number % records.length]), shortens: true };
}
