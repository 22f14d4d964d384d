// Logs through a pipeline of transports, and ends.
import pino from 'pino';

const [endpoint, way, ending] = process.argv.slice(2);
const aws = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
const ours = (logStreamName) => ({
  target: 'pino-cloudwatch-logs',
  options: { logGroupName: 'app', logStreamName, aws },
});
const pipeline = [
  { target: new URL('upper-case.mjs', import.meta.url).pathname },
  ours('behind another transport'),
];
const logger = pino(
  pino.transport(
    way === 'pipeline'
      ? { pipeline }
      : {
          targets: [
            { pipeline, level: 'info' },
            { ...ours('alone'), level: 'info' },
          ],
        },
  ),
);
globalThis.held = logger;
for (let i = 0; i < 100; i++) logger.info('paid');
if (ending === 'process.exit()') process.exit(0);
if (ending === 'uncaught error') throw new Error('the application failed');
