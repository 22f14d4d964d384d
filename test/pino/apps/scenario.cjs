// What the applications of the tests do, whatever the module format that they are written in.
const { once } = require('node:events');

/**
 * Logs and then ends in the way that it is told.
 * @param {{ pino: Function, cloudWatch: any }} libraries as the application imported them
 */
exports.run = async function run({ pino, cloudWatch }) {
  const { mode, ending, lines, options, loggerOptions = {}, warmUp = false } = JSON.parse(process.argv[2]);
  const { cloudWatchTarget, cloudWatchTransport, flushTransport } = cloudWatch;
  const worker = (targets) => pino.transport(targets);
  const ways = {
    worker: () => worker({ target: 'pino-cloudwatch-logs', options }),
    'this build': () => worker(cloudWatchTarget(options)),
    targets: () =>
      worker({
        targets: [cloudWatchTarget(options), cloudWatchTarget({ ...options, logStreamName: 'second' })],
      }),
    'in-process': () => cloudWatchTransport(options),
  };
  const stream = ways[mode]();
  const logger = pino(loggerOptions, stream);

  if (ending === 'SIGTERM') process.on('SIGTERM', () => process.exit(143));
  if (warmUp) await ready(stream);
  for (let n = 1; n <= lines; n++) logger.info({ n });
  tell('logged');

  switch (ending) {
    case 'nothing left to do':
      return;
    case 'process.exit':
      return process.exit(0);
    case 'uncaught exception':
      setImmediate(() => {
        throw new Error('the application failed');
      });
      return;
    case 'unhandled rejection':
      Promise.reject(new Error('the application failed'));
      return;
    case 'end()':
      stream.end();
      return;
    case 'SIGTERM':
      return setInterval(() => {}, 1_000_000);
    case 'logger.flush':
      logger.flush(() => tell('flushed'));
      return setInterval(() => {}, 1_000_000);
    case 'flushTransport':
      tell(`flushed ${JSON.stringify(await flushTransport(logger))}`);
      return setInterval(() => {}, 1_000_000);
    default:
      throw new Error(`unknown ending ${ending}`);
  }
};

/** Waits until a worker has started, as in an application that has run for a while. */
async function ready(stream) {
  if (stream.worker && !stream.ready) await once(stream, 'ready');
}

function tell(text) {
  process.stdout.write(`${text}\n`);
}
