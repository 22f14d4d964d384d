// An application that creates a pino logger with the transport that its first argument describes, as JSON, logs one
// line and goes on with its work, or ends at once if there is a second argument. It does not listen for errors of a
// transport, as most do not.
import pino from 'pino';

const [, , transport, endsAtOnce] = process.argv;
const logger = pino({ transport: JSON.parse(transport) });
logger.info('started');
if (endsAtOnce) process.exit(0);
setInterval(() => {}, 60_000);
