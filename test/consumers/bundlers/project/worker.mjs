// Logs in workers of pino, and ends as SCENARIO says.
import pino from 'pino';
import { cloudWatchTarget, flushTransport } from 'pino-cloudwatch-logs';
import { logAndEnd } from './endings.mjs';

const options = (logStreamName) => ({ logGroupName: 'app', logStreamName });
const transports = [
  pino.transport({ target: 'pino-cloudwatch-logs', options: options('by name') }),
  pino.transport(cloudWatchTarget(options('by cloudWatchTarget'))),
  pino.transport({ targets: [cloudWatchTarget(options('behind targets'))] }),
];
logAndEnd(
  transports.map((transport) => pino(transport)),
  () => Promise.all(transports.map((transport) => flushTransport(transport))),
);
