// The floor of pino: its own worker that writes to /dev/null.
import { promisify } from 'node:util';
import pino from 'pino';
import { makeRecords } from '../loads/lines.mjs';
import { pinoOptions } from './pino-options.mjs';

export function start({ bytes }) {
  const transport = pino.transport({ target: 'pino/file', options: { destination: '/dev/null' } });
  const logger = pino(pinoOptions, transport);
  const records = makeRecords(bytes, 'pino');
  return {
    log: (number, text) => logger.info(records[number % records.length], text),
    // There is no endpoint: everything is written when the worker has flushed.
    stored: promisify((callback) => logger.flush(callback)),
  };
}
