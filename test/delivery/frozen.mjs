// Logs three lines, each when the one before is stored, and says what became of them.
//   node frozen.mjs '{"logGroupName":...}'
import { Publisher } from 'cloudwatch-logs-publisher';

const publisher = new Publisher({ flushIntervalMs: 1, ...JSON.parse(process.argv[2]) });
for (let i = 0; i < 3; i++) {
  publisher.publish({ timestamp: Date.now(), message: `number ${i}` });
  await publisher.flush({ timeoutMs: 60_000 });
}
await publisher.close();
const { delivered, requests, possibleDuplicates } = publisher.stats();
console.log(`stats ${JSON.stringify({ delivered, requests, possibleDuplicates })}`);
