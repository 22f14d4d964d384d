// Logs one line and ends by process.exit() when its standard input ends.
//   node exits-when-told.mjs '{"logGroupName":...}'
import { Publisher } from 'cloudwatch-logs-publisher';

const publisher = new Publisher(JSON.parse(process.argv[2]));
publisher.publish({ timestamp: Date.now(), message: 'started' });
process.stdin.on('end', () => process.exit()).resume();
