// An application that logs and comes to an end; what it does is told in its first argument.

/** The ways in which an application ends. */
const endings = {
  'nothing left to do': () => {},
  'process.exit': () => process.exit(0),
  'process.exit with a handler that was there before the transport': () => process.exit(0),
  'process.exit with a handler that came after the transport': ({ logger, transport, lines }) => {
    process.on('exit', () => {
      logger.info('a line', { n: lines + 1 });
      const { received, dropped } = transport.stats();
      require('node:fs').writeSync(
        1,
        `at exit ${JSON.stringify({ received, shutdown: dropped.shutdown })}\n`,
      );
    });
    process.exit(0);
  },
  'process.exit beside a transport with a function': ({ transport, options }) => {
    const credentials = async () => ({ accessKeyId: 'SECRET-ID', secretAccessKey: 'SECRET-KEY' });
    const aws = { ...options.aws, credentials };
    const other = new transport.constructor({ ...options, aws, logStreamName: 'two' });
    const line = 'of the other';
    other.write({
      level: 'info',
      message: line,
      [Symbol.for('level')]: 'info',
      [Symbol.for('message')]: line,
    });
    process.exit(0);
  },
  'process.exit, then look at the counters': ({ transport }) => {
    const warned = [];
    let dropped = 0;
    transport.on('warn', ({ code }) => warned.push(code));
    transport.on('drop', ({ events }) => {
      dropped += events;
    });
    process.on('exit', () => {
      const { received, dropped: reasons } = transport.stats();
      const told = { received, shutdown: reasons.shutdown, warned, dropped };
      require('node:fs').writeSync(1, `at exit ${JSON.stringify(told)}\n`);
    });
    process.exit(0);
  },
  'uncaught exception': () => {
    setImmediate(() => {
      throw new Error('the application failed');
    });
  },
  'unhandled rejection': () => {
    Promise.reject(new Error('a promise failed'));
  },
  'an exception for exceptionHandlers': async ({ logger, transport, options, lines }) => {
    const handler = new transport.constructor({ ...options, logStreamName: 'crashes' });
    handler.once('finish', () => console.log('finish'));
    // Winston ends the process 3 s after the exception: in that time no thread has to start, nor the AWS SDK to load.
    handler.write({ level: 'info', message: 'ready', [Symbol.for('level')]: 'info' });
    await handler.flush();
    logger.exceptions.handle(handler);
    logger.info('a line', { n: lines + 1 });
    endings['uncaught exception']();
  },
  SIGTERM: () => {
    setInterval(() => {}, 60_000); // a server would keep the process alive as well
  },
  'logger.end()': ({ logger }) => logger.end(),
  'logger.close()': ({ logger }) => logger.close(),
  'logger.end(), then process.exit on finish': ({ logger }) => {
    logger.on('finish', () => process.exit(0));
    logger.end();
  },
  'process.exit behind a stalled transport': () => process.exit(0),
  'a line that is too large': ({ logger }) => logger.info('x'.repeat(200)),
  'a line that is too large, with a listener on the logger': ({ logger }) => {
    logger.on('warn', ({ code }) => console.log(`heard ${code}`));
    logger.info('x'.repeat(200));
  },
  'a line that is too large, with a listener on the transport': ({ logger, transport }) => {
    transport.on('warn', ({ code }) => console.log(`heard ${code}`));
    logger.info('x'.repeat(200));
  },
  'flush, then wait to be killed': async ({ transport }) => {
    const { delivered } = await transport.flush();
    console.log(`flushed ${delivered}`);
    setInterval(() => {}, 60_000);
  },
  'exceptions that do not end it': async ({ logger, transport }) => {
    process.once('uncaughtException', () => setImmediate(() => process.emit('one is over')));
    setImmediate(() => {
      throw new Error('first failure');
    });
    await new Promise((resolve) => process.once('one is over', resolve));
    Promise.reject(new Error('second failure'));
    await new Promise((resolve) => process.once('unhandledRejection', () => setImmediate(resolve)));
    logger.info('still attached', { transports: logger.transports.length });
    await transport.flush();
    logger.end();
  },
};

/** Runs the scenario with either build of the transport. */
exports.run = (winston, CloudWatchTransport) => {
  const { ending, lines, options, loggerOptions } = JSON.parse(process.argv[2]);
  let logger;
  if (ending.endsWith('before the transport')) {
    process.on('exit', () => logger.info('a line', { n: lines + 1 }));
  }
  const transport = new CloudWatchTransport(options);
  const transports = [transport];
  if (ending.includes('stalled')) {
    const stalled = new winston.transports.Stream({ stream: process.stdout });
    stalled.log = () => {}; // takes a line and asks for no other
    transports.unshift(stalled);
  }
  logger = winston.createLogger({ ...loggerOptions, transports });
  for (let n = 1; n <= lines; n++) logger.info('a line', { n });
  process.once('SIGTERM', () => process.exit(143));
  console.log('logged');
  endings[ending]({ logger, transport, options, lines });
};
