import {
  CloudWatchLogsTransport,
  DefaultCloudWatchStrategy,
  WorkerQueueStrategy,
} from '@loglayer/transport-aws-cloudwatch-logs';
import { LogLayer } from 'loglayer';
import { makeRecords } from '../loads/lines.mjs';
import { awsFor, logGroupName, logStreamName } from '../loggers/aws.mjs';

export function start({ bytes, endpoint, settings }) {
  const clientConfig = awsFor({ endpoint });
  const Strategy = 'batchSize' in settings ? WorkerQueueStrategy : DefaultCloudWatchStrategy;
  const logger = new LogLayer({
    transport: new CloudWatchLogsTransport({
      groupName: logGroupName,
      streamName: logStreamName,
      strategy: new Strategy({ clientConfig, ...settings }),
    }),
  });
  const records = makeRecords(bytes, 'pino');
  return { log: (number, text) => logger.withMetadata(records[number % records.length]).info(text) };
}
