import pino from 'pino';
import { flushTransport, transportStats } from 'pino-cloudwatch-logs';
import { runShop } from './shop.mjs';

const transport = pino.transport({ target: 'pino-cloudwatch-logs', options: JSON.parse(process.argv[2]) });
transport.on('cloudwatch:warn', () => {}); // the demo shows what happens by itself
const logger = pino({ base: { service: 'pino-shop' } }, transport);

runShop({
  name: 'pino-shop',
  log: (level, fields, message) => logger[level](fields, message),
  async stop() {
    await flushTransport(transport);
    return transportStats(transport);
  },
});
