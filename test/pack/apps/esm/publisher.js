import { createPublisher } from 'cloudwatch-logs-publisher';

const publisher = createPublisher({ logGroupName: process.env.LOG_GROUP });
publisher.publish({ timestamp: Date.now(), message: 'paid' });
await publisher.close();
