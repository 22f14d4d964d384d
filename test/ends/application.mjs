// An application that logs, and then ends as its first argument tells, as JSON:
// { "logger", "options", "lines", "end": "close" | "natural" | "sigterm" | "flush" | "exit", "timeoutMs": for what has one,
//   "first": so many lines are stored before, "step": the clock of the machine is set by so many ms while it closes,
//   "listen": what it does when the transport tells something }
const { logger, options, lines, end, timeoutMs, first = 0, step } = JSON.parse(process.argv[2]);

let setMs = 0;
if (step) {
  const { now } = Date;
  Date.now = () => now() + setMs;
}

// Loaded when needed: a clock that can be set must be there before.
const ways = {
  async publisher() {
    const { Publisher } = await import('cloudwatch-logs-publisher');
    const publisher = new Publisher(options);
    return {
      log: (message) => publisher.publish({ timestamp: Date.now(), message }),
      flush: (flushOptions) => publisher.flush(flushOptions),
      close: (closeOptions) => publisher.close(closeOptions),
    };
  },
  async 'pino in a worker'() {
    const { default: pino } = await import('pino');
    const { flushTransport } = await import('pino-cloudwatch-logs');
    const transport = pino.transport({ target: 'pino-cloudwatch-logs', options });
    const made = pino(transport);
    return {
      log: (message) => made.info(message),
      flush: (flushOptions) => flushTransport(transport, flushOptions),
      close: () => ended(transport, 'close'),
    };
  },
  async 'pino in process'() {
    const { default: pino } = await import('pino');
    const { default: cloudWatchTransport, flushTransport } = await import('pino-cloudwatch-logs');
    const stream = cloudWatchTransport(options);
    const made = pino(stream);
    return {
      log: (message) => made.info(message),
      flush: (flushOptions) => flushTransport(stream, flushOptions),
      close: () => ended(stream, 'close'),
    };
  },
  winston: () => winston(options),
  'winston in a worker': () => winston({ ...options, worker: true }),
};

async function winston(given) {
  const { default: winston } = await import('winston');
  const { CloudWatchTransport } = await import('winston-cloudwatch-logs');
  const transport = new CloudWatchTransport(given);
  const made = winston.createLogger({ transports: [transport] });
  return {
    log: (message) => made.info(message),
    flush: (flushOptions) => transport.flush(flushOptions),
    close: () => ended(made, 'finish', transport),
  };
}

function ended(stream, event, told = stream) {
  return new Promise((resolve) => {
    told.once(event, resolve);
    stream.end();
  });
}

const { log, flush, close } = await ways[logger]();
let number = 0;
for (let i = 0; i < first; i++) log(`number ${number++}`);
if (first > 0) await flush();
for (let i = 0; i < lines; i++) log(`number ${number++}`);

const ends = {
  natural() {},
  exit: () => process.exit(),
  close: () => close({ timeoutMs }),
  flush: () => flush({ timeoutMs }).then((result) => console.log(JSON.stringify(result))),
  sigterm() {
    const alive = setInterval(() => {}, 1000);
    process.once('SIGTERM', async () => {
      await flush({ timeoutMs, beforeExit: true });
      await close();
      clearInterval(alive);
    });
    process.kill(process.pid, 'SIGTERM');
  },
  exitWhileClosing() {
    void close();
    setTimeout(() => {
      setMs = step;
      process.exit();
    }, 200);
  },
};
console.log('logged');
await ends[end]();
