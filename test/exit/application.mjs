// An application that logs and calls process.exit(); what else it does is told in its first argument, as JSON:
// { "logger", "options", "lines", "first": one line is stored before the others, "make": what it makes in the place of
// data, "echo": whether it logs a line for everything that the transport tells, "late": lines that an 'exit' listener logs, "thereafter": that listener "ends" the process or "throws", "filesUsedUp": it opens as many as it may before it logs, "deletedDirectory": where it is when it ends, "beforeFirst": ms }
import { mkdirSync, openSync, rmdirSync } from 'node:fs';
import https from 'node:https';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { Publisher } from 'cloudwatch-logs-publisher';
import pino from 'pino';
import cloudWatchTransport from 'pino-cloudwatch-logs';
import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';

const scenario = JSON.parse(process.argv[2]);
const {
  logger,
  options,
  lines,
  first,
  make,
  echo,
  late = 0,
  thereafter,
  filesUsedUp,
  deletedDirectory,
} = scenario;

class ProxyAgent extends https.Agent {}
const made = {
  client: () => ({ client: new CloudWatchLogsClient(options.aws), aws: undefined }),
  credentials: () => ({ aws: { ...options.aws, credentials: async () => ({ ...options.aws.credentials }) } }),
  agentOptions: () => ({ aws: { ...options.aws, requestHandler: { httpsAgent: make.with } } }),
  agent: () => ({ aws: { ...options.aws, requestHandler: { httpsAgent: new https.Agent(make.with) } } }),
  proxyAgent: () => ({ aws: { ...options.aws, requestHandler: { httpsAgent: new ProxyAgent(make.with) } } }),
};
const given = { ...options, ...(make && made[make.what]()) };

const { log, flush, on } = {
  publisher: () => {
    const publisher = new Publisher(given);
    return {
      log: (message) => publisher.publish({ timestamp: Date.now(), message }),
      flush: () => publisher.flush(),
      on: (name, listener) => publisher.on(name, listener),
    };
  },
  pino: () => {
    const stream = cloudWatchTransport(given);
    const made = pino(stream);
    return {
      log: (message) => made.info(message),
      flush: () => stream.flush(),
      on: (...args) => stream.on(...args),
    };
  },
  winston: () => {
    const transport = new CloudWatchTransport(given);
    const made = winston.createLogger({ transports: [transport] });
    return {
      log: (message) => made.info(message),
      flush: () => transport.flush(),
      on: (...args) => transport.on(...args),
    };
  },
}[logger]();

let number = 0;
const next = () => log(`number ${number++}`);
if (echo) {
  for (const name of ['warn', 'drop', 'batch', 'cloudwatch:warn', 'cloudwatch:drop']) on(name, next);
}
if (late > 0) {
  process.on('exit', () => {
    for (let i = 0; i < late; i++) next();
    if (thereafter === 'ends') process.exit(5);
    if (thereafter === 'throws') throw new Error('in an exit listener');
  });
}
if (first) {
  next();
  await flush();
}
if (filesUsedUp) {
  try {
    for (;;) openSync('/dev/null');
  } catch {
    // Now they are.
  }
}
for (let i = 0; i < lines; i++) next();
if (deletedDirectory) {
  mkdirSync(deletedDirectory);
  process.chdir(deletedDirectory);
  rmdirSync(deletedDirectory);
}
console.log('logged');
process.exit(0);
