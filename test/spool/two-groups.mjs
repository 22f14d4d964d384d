// Logs with winston to several log groups, whose transports share one directory, and ends by itself.
//   node two-groups.mjs '{"endpoint":..., "directory":..., "lines":50, "groups":[{"logGroupName":"app","retentionInDays":7}]}'
// Says `warn <group> <message>` for each warning, and at the end `stats <JSON>` by group.
import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';

const { endpoint, directory, lines, groups, region = 'us-east-1', padding = 0 } = JSON.parse(process.argv[2]);
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const transports = groups.map(({ maxBytes, ...options }) => {
  const transport = new CloudWatchTransport({
    logStreamName: 'main',
    closeTimeoutMs: 1000,
    ...options,
    aws: { endpoint, region, credentials },
    spool: { directory, ...(maxBytes && { maxBytes }) },
  });
  transport.on('warn', ({ message }) => console.log(`warn ${options.logGroupName} ${message}`));
  return transport;
});
const loggers = transports.map((transport) => winston.createLogger({ transports: [transport] }));
for (let n = 0; n < lines; n++)
  for (const logger of loggers) logger.info(`line ${n} of ${lines} ${'.'.repeat(padding)}`);
// Alive until what earlier processes left is sent, or cannot be.
await Promise.all(transports.map((transport) => transport.flush({ timeoutMs: lines > 1 ? 500 : 30_000 })));
const stats = Object.fromEntries(transports.map((one, index) => [groups[index].logGroupName, one.stats()]));
console.log(`stats ${JSON.stringify(stats)}`);
await Promise.all(transports.map((transport) => transport.close()));
