// A process of its own that logs numbered events to a stream that others write to as well:
//   node contending-producer.mjs '{"logger":"pino","options":{...},"from":0,"to":5000}'
// Says 'ready' to the process that forked it, logs when that answers, and says what came of it at the end.
import { once } from 'node:events';
import pino from 'pino';
import { flushTransport, transportStats } from 'pino-cloudwatch-logs';
import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';

const FLUSH_MS = 120_000;
const { logger, options, from, to } = JSON.parse(process.argv[2]);
const { info, flush, stats, end } = logger === 'pino' ? logWithPino() : logWithWinston();

process.send('ready');
await once(process, 'message');
for (let number = from; number < to; number++) info(`number ${number}`);
const flushed = await flush();
process.send({ flushed, stats: await stats() });
process.disconnect();
end();

function logWithPino() {
  const transport = pino.transport({ target: 'pino-cloudwatch-logs', options });
  const log = pino(transport);
  return {
    info: (text) => log.info(text),
    flush: () => flushTransport(transport, { timeoutMs: FLUSH_MS }),
    stats: () => transportStats(transport),
    end: () => transport.end(),
  };
}

function logWithWinston() {
  const transport = new CloudWatchTransport(options);
  const log = winston.createLogger({ transports: [transport] });
  return {
    info: (text) => log.info(text),
    flush: () => transport.flush({ timeoutMs: FLUSH_MS }),
    stats: async () => transport.stats(),
    end: () => log.end(),
  };
}
