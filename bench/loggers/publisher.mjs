// The publisher by itself, without a logger.
import { Publisher } from 'cloudwatch-logs-publisher';
import { lineWriter } from '../loads/lines.mjs';
import { awsFor, logGroupName, logStreamName, settingsWith } from './aws.mjs';

export function start({ bytes, endpoint, settings, directory }) {
  const publisher = new Publisher({
    logGroupName,
    logStreamName,
    aws: awsFor({ endpoint }),
    ...settingsWith(settings, directory),
  });
  const line = lineWriter(bytes);
  return {
    log: (number, text) => publisher.publish({ timestamp: Date.now(), message: line(text, number) }),
    deliver: () => publisher.flush({ timeoutMs: 120_000 }),
  };
}
