// An application that logs, and then ends as its first argument tells, as JSON:
// { "logger", "options", "lines", "end": "close" | "natural" | "sigterm" | "flush" | "exit" | "throw" | "stays", "timeoutMs": for what has one,
//   "first": so many lines are stored before, "step": the clock of the machine is set by so many ms while it closes,
//   "echo": it logs a line for each of these events, "channels": and for each on these diagnostics channels, "later": not
//   at once but in a later "microtask" or "turn", "throwing": listeners for these events throw,
//   "own": the application brings its own "agent" or "client",
//   "streams": the lines go to so many streams in turn, by the field "stream" }
import { subscribe } from 'node:diagnostics_channel';
import { parentPort } from 'node:worker_threads';

const scenario = JSON.parse(process.argv[2]);
const { logger, options, lines, end, timeoutMs, first = 0, step, streams } = scenario;
const { echo = [], channels = [], later, throwing = [], own } = scenario;

if (own === 'agent') {
  const { Agent } = await import('node:http');
  options.aws.requestHandler = { httpAgent: new Agent({ keepAlive: true }) };
} else if (own === 'client') {
  const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs');
  options.client = new CloudWatchLogsClient(options.aws);
  delete options.aws;
}

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
      log: (message, fields) => publisher.publish({ timestamp: Date.now(), message }, { fields }),
      on: (name, listener) => publisher.on(name, listener),
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
      log: (message, fields) => (fields ? made.info(fields, message) : made.info(message)),
      on: (name, listener) => transport.on(`cloudwatch:${name}`, listener),
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
      log: (message, fields) => (fields ? made.info(fields, message) : made.info(message)),
      on: (name, listener) => stream.on(`cloudwatch:${name}`, listener),
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
    log: (message, fields) => made.info(message, fields),
    on: (name, listener) => transport.on(name, listener),
    flush: (flushOptions) => transport.flush(flushOptions),
    close: () => ended(made, 'finish', transport),
  };
}

async function ended(stream, event, told = stream) {
  const alive = setInterval(() => {}, 1000); // pino's worker does not hold the process until it has ended
  await new Promise((resolve) => {
    told.once(event, resolve);
    stream.end();
  });
  clearInterval(alive);
}

const { log, on, flush, close } = await ways[logger]();
const when = { microtask: queueMicrotask, turn: setImmediate }[later] ?? ((now) => now());
for (const name of echo) on(name, () => when(() => log(`echo of ${name}`)));
for (const name of channels) subscribe(`cloudwatch-logs:${name}`, () => when(() => log(`echo of ${name}`)));
for (const name of throwing) {
  on(name, () => {
    throw new Error('in a listener');
  });
}

let number = 0;
for (let i = 0; i < first; i++) log(`number ${number++}`);
if (first > 0) await flush();
for (let i = 0; i < lines; i++) {
  const fields = streams && { stream: `stream-${number % streams}` };
  log(`number ${number++}`, fields);
}

const ends = {
  natural() {},
  stays: () => setInterval(() => {}, 1000),
  throw: () =>
    setImmediate(() => {
      throw new Error('uncaught');
    }),
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
  async exitAfterFlush() {
    await flush({ timeoutMs, beforeExit: true });
    console.log('lives on');
    setTimeout(() => process.exit(), 1500);
  },
  exitAfterNaturalEnd() {
    let rounds = 0;
    process.on('beforeExit', () => {
      if (++rounds !== 2) return;
      console.log('lives on');
      setTimeout(() => process.exit(), 1500);
    });
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
parentPort?.postMessage('logged');
await ends[end]();
