// An application that creates a pino logger with the transport that its first argument describes, as JSON, logs one
// line and goes on with its work, as one does whose author does not listen for errors of a transport.
import pino from 'pino';

const logger = pino({ transport: JSON.parse(process.argv[2]) });
logger.info('started');
setInterval(() => {}, 60_000);
