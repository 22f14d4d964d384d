// A module that NODE_OPTIONS loads into every thread, and that starts a transport.
import { writeSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';

writeSync(1, `thread ${threadId}\n`);
globalThis.transport = new CloudWatchTransport({ logGroupName: 'app', worker: true });
