import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { getCloudWatchLogsSink } from '@logtape/cloudwatch-logs';
import { configure, getLogger, jsonLinesFormatter } from '@logtape/logtape';
import { makeRecords } from '../loads/lines.mjs';
import { awsFor, logGroupName, logStreamName } from '../loggers/aws.mjs';

export async function start({ bytes, endpoint, settings }) {
  const sink = getCloudWatchLogsSink({
    client: new CloudWatchLogsClient(awsFor({ endpoint })),
    logGroupName,
    logStreamName,
    formatter: (record) => jsonLinesFormatter(record).trimEnd(), // without it the fields are not sent
    ...settings,
  });
  await configure({
    sinks: { cloudwatch: sink },
    loggers: [
      { category: [], sinks: ['cloudwatch'], lowestLevel: 'info' },
      { category: ['logtape', 'meta'], sinks: [], lowestLevel: 'fatal' },
    ],
  });
  const logger = getLogger(['bench']);
  const records = makeRecords(bytes, 'pino');
  return { log: (number, text) => logger.info(text, records[number % records.length]) };
}
