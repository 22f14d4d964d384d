// The floor of winston: its logger as it comes, with a transport that does nothing.
import winston from 'winston';
import TransportStream from 'winston-transport';
import { makeRecords } from '../loads/lines.mjs';

export function start({ bytes }) {
  const logger = winston.createLogger({
    transports: [new TransportStream({ log: (_info, callback) => callback() })],
  });
  const records = makeRecords(bytes, 'winston');
  return {
    log: (number, text) => logger.info(text, records[number % records.length]),
    stored: async () => {},
  };
}
