// An application with two destinations: CloudWatch Logs, and one beside it that the test reads. Told as JSON by its
// first argument: { "logger": "winston" | "pino", "options": {...}, "lines": N, "file": "..." }. It logs `number 0`,
// `number 1`, ... as fast as it can. A message on the IPC channel makes it flush; it answers with the result and ends.
import { once } from 'node:events';
import pino from 'pino';
import { flushTransport } from 'pino-cloudwatch-logs';
import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';

const { logger, options, lines, file } = JSON.parse(process.argv[2]);
const { log, flush } = logger === 'pino' ? withPino() : withWinston();

const told = once(process, 'message');
for (let i = 0; i < lines; i++) log(`number ${i}`);
await told;
process.send(await flush(), () => process.disconnect());

function withWinston() {
  const transport = new CloudWatchTransport(options);
  const instance = winston.createLogger({ transports: [transport, new winston.transports.Console()] });
  return { log: (text) => instance.info(text), flush: () => transport.flush() };
}

function withPino() {
  const instance = pino({
    transport: {
      targets: [
        { target: 'pino-cloudwatch-logs', options },
        { target: 'pino/file', options: { destination: file } },
      ],
    },
  });
  return { log: (text) => instance.info(text), flush: () => flushTransport(instance) };
}
