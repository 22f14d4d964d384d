import assert from 'node:assert/strict';
import { startLocal } from 'cloudwatch-logs-local';
import { Publisher, type PublisherOptions, type PublisherStats } from 'cloudwatch-logs-publisher';

const logGroupName = process.env.LOG_GROUP ?? '';

async function main(): Promise<void> {
  const local = await startLocal({ sequenceTokens: 'enforced' });
  const options: PublisherOptions = { logGroupName, aws: { endpoint: local.endpoint, region: 'us-east-1' } };
  const publisher = new Publisher(options);
  publisher.publish({ timestamp: Date.now(), message: 'paid' });
  await publisher.close();
  const stats: PublisherStats = publisher.stats();
  assert.equal(stats.delivered, 1);
  assert.equal(local.events({ logGroupName }).length, 1);
  await local.close();
}

main();
