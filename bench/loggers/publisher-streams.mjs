// The publisher by itself, with events that go to many streams in turn.
import { Publisher } from 'cloudwatch-logs-publisher';
import { lineWriter } from '../loads/lines.mjs';
import { awsFor, logGroupName } from './aws.mjs';

export function start({ bytes, endpoint, settings: { streams, ...settings } }) {
  const publisher = new Publisher({
    logGroupName,
    logStreamName: 'bench-{field:shard}',
    aws: awsFor({ endpoint }),
    ...settings,
  });
  const line = lineWriter(bytes);
  const fields = Array.from({ length: streams }, (_, shard) => ({ fields: { shard } }));
  return {
    log: (number, text) =>
      publisher.publish({ timestamp: Date.now(), message: line(text, number) }, fields[number % streams]),
    deliver: () => publisher.flush({ timeoutMs: 120_000 }),
  };
}
