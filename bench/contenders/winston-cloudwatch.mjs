import winston from 'winston';
import WinstonCloudWatch from 'winston-cloudwatch';
import { makeRecords } from '../loads/lines.mjs';
import { awsFor, logGroupName, logStreamName } from '../loggers/aws.mjs';

const MESSAGE = Symbol.for('message');

export function start({ bytes, endpoint, settings: { wholeLine, ...settings } }) {
  const transport = new WinstonCloudWatch({
    logGroupName,
    logStreamName,
    awsOptions: awsFor({ endpoint }),
    errorHandler: () => {},
    // Its default is the level and the text, without the fields.
    ...(wholeLine && { messageFormatter: (info) => info[MESSAGE] }),
    ...settings,
  });
  const logger = winston.createLogger({ transports: [transport] });
  const records = makeRecords(bytes, 'winston');
  return {
    log: (number, text) => logger.info(text, records[number % records.length]),
    shortens: !wholeLine,
  };
}
