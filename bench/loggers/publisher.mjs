// The publisher by itself, without a logger.
import { createPublisher } from 'cloudwatch-logs-publisher';
import { lineWriter } from '../loads/lines.mjs';
import { awsFor, logGroupName, logStreamName } from './aws.mjs';

export function start({ bytes, endpoint, settings }) {
  const publisher = createPublisher({ logGroupName, logStreamName, aws: awsFor({ endpoint }), ...settings });
  const line = lineWriter(bytes);
  return {
    log: (number, text) => publisher.publish({ timestamp: Date.now(), message: line(text, number) }),
    deliver: () => publisher.flush({ timeoutMs: 120_000 }),
  };
}
