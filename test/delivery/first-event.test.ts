// timeout: 180 s
import { spawn } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { logGroupName, optionsFor, startEndpoint } from '../fixtures/endpoint.js';

/** Each logs one line from a timer, after which nothing wakes its event loop, and lives on. */
const LOGGERS: Readonly<Record<string, string>> = {
  'the publisher': `
    import { Publisher } from 'cloudwatch-logs-publisher';
    const publisher = new Publisher(options);
    const log = () => publisher.publish({ timestamp: Date.now(), message: 'the first' });`,
  'pino in-process': `
    import pino from 'pino';
    import cloudWatchTransport from 'pino-cloudwatch-logs';
    const logger = pino(cloudWatchTransport(options));
    const log = () => logger.info('the first');`,
  'a worker of pino': `
    import pino from 'pino';
    const logger = pino({ transport: { target: 'pino-cloudwatch-logs', options } });
    const log = () => logger.info('the first');`,
  'winston in-process': `
    import winston from 'winston';
    import { CloudWatchTransport } from 'winston-cloudwatch-logs';
    const logger = winston.createLogger({ transports: [new CloudWatchTransport(options)] });
    const log = () => logger.info('the first');`,
  'a worker of winston': `
    import winston from 'winston';
    import { CloudWatchTransport } from 'winston-cloudwatch-logs';
    const logger = winston.createLogger({ transports: [new CloudWatchTransport({ ...options, worker: true })] });
    const log = () => logger.info('the first');`,
};

describe('the first event is sent at once, however long the flush interval is', { concurrency: 2 }, () => {
  for (const [name, code] of Object.entries(LOGGERS)) {
    it(name, async (t) => {
      const local = await startEndpoint(t);
      const options = { ...optionsFor(local), flushIntervalMs: 2 ** 31 - 1 };
      const application = `
        const options = ${JSON.stringify(options)};
        ${code}
        setTimeout(log, 100);
        setInterval(() => {}, 2 ** 31 - 1);`;
      const args = ['--input-type=module', '--eval', application];
      const child = spawn(process.execPath, args, {
        cwd: fileURLToPath(new URL('..', import.meta.url)),
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      t.after(() => child.kill('SIGKILL'));
      await local.waitForEvents({ logGroupName, match: 'the first', timeoutMs: 60_000 });
    });
  }
});
