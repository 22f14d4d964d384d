import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';
import { runShop } from './shop.mjs';

const transport = new CloudWatchTransport(JSON.parse(process.argv[2]));
transport.on('warn', () => {}); // the demo shows what happens by itself
const logger = winston.createLogger({ defaultMeta: { service: 'winston-shop' }, transports: [transport] });

runShop({
  name: 'winston-shop',
  log: (level, fields, message) => logger.log(level, message, fields),
  async stop() {
    await transport.flush();
    return transport.stats();
  },
});
