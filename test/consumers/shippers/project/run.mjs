import { createRequire } from 'node:module';

// Logs three lines with the shipper that is named, the last two when the first is stored, and waits until they are.
const [shipper] = process.argv.slice(2);
const { AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: endpoint } = process.env;
const target = { logGroupName: 'app', logStreamName: 'web' };
// Shippers on the second version of the SDK know no variable for the endpoint.
const aws = { endpoint, region: 'us-east-1', accessKeyId: 'local', secretAccessKey: 'local' };

const start = {
  'winston-cloudwatch': async () => {
    const { default: winston } = await import('winston');
    const { default: WinstonCloudWatch } = await import('winston-cloudwatch');
    const transport = new WinstonCloudWatch({
      ...target,
      uploadRate: 100,
      messageFormatter: ({ message }) => message,
    });
    const logger = winston.createLogger({ transports: [transport] });
    return (text) => logger.info(text);
  },
  'winston-aws-cloudwatch': async () => {
    const { default: winston } = await import('winston');
    const { default: CloudWatchTransport } = await import('winston-aws-cloudwatch');
    const transport = new CloudWatchTransport({
      ...target,
      createLogGroup: true,
      createLogStream: true,
      submissionInterval: 100,
      awsConfig: aws,
      formatLog: ({ message }) => message,
    });
    const logger = winston.createLogger({ transports: [transport] });
    return (text) => logger.info(text);
  },
  'pino-cloudwatch': async () => {
    const { default: pino } = await import('pino');
    const { default: pinoCloudWatch } = await import('pino-cloudwatch');
    const require = createRequire(import.meta.url);
    createRequire(require.resolve('pino-cloudwatch'))('aws-sdk').config.update(aws);
    const { logGroupName: group, logStreamName: stream } = target;
    const logger = pino(pinoCloudWatch({ group, stream, interval: 100 }, () => {}));
    return (text) => logger.info(text);
  },
  '@logtape/cloudwatch-logs': async () => {
    const { configure, getLogger } = await import('@logtape/logtape');
    const { getCloudWatchLogsSink } = await import('@logtape/cloudwatch-logs');
    const sink = getCloudWatchLogsSink({
      ...target,
      flushInterval: 100,
      autoCreateLogGroup: true,
      autoCreateLogStream: true,
    });
    await configure({
      sinks: { sink },
      loggers: [{ category: 'app', sinks: ['sink'], lowestLevel: 'info' }],
    });
    return (text) => getLogger('app').info(text);
  },
  'bunyan-cloudwatch': async () => {
    const { default: bunyan } = await import('bunyan');
    const { default: createCWStream } = await import('bunyan-cloudwatch');
    const stream = createCWStream({ ...target, writeInterval: 100, cloudWatchLogsOptions: aws });
    const logger = bunyan.createLogger({ name: 'app', streams: [{ stream, type: 'raw' }] });
    return (text) => logger.info(text);
  },
  'cwlogs-writable': async () => {
    const { default: CWLogsWritable } = await import('cwlogs-writable');
    const stream = new CWLogsWritable({ ...target, writeInterval: 100, cloudWatchLogsOptions: aws });
    return (text) => stream.write(`${text}\n`);
  },
}[shipper];

const stored = async (count) => {
  const query = `logGroupName=app&count=${count}&timeoutMs=60000`;
  const answer = await fetch(`${endpoint}/_local/events?${query}`);
  if (!answer.ok) throw new Error((await answer.json()).message);
};

const log = await start();
log('line one');
await stored(1);
log('line two');
log('line three');
await stored(3);
process.exit();
