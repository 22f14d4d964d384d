// A process of its own that logs with a spool, until it is killed or told to end.
//   node producer.mjs '{"endpoint":..., "directory":..., "mode":..., "run":1, "rate":5000, "events":Infinity}'
// Says on stdout, one line each: "w N" when the first N events of this run are written to the spool, "p N" for the
// events of puts that an earlier run may have sent, "d N" for copies that it counts as possibly stored, "m N" for its
// bytes of memory every half second, and at the end its counters as JSON. A line on stdin ends it.
import fs from 'node:fs';
import { Publisher } from 'cloudwatch-logs-publisher';

const {
  endpoint,
  directory,
  mode,
  run,
  rate = 5000,
  events = 1e9,
  padding = 80,
  flushMs = 60_000,
  options = {},
  spoolModule,
} = JSON.parse(process.argv[2]);
const { openSpool } = await import(spoolModule);
const say = (line) => fs.writeSync(1, `${line}\n`);

const ids = [];
let written = 0;
const publisher = new Publisher(
  {
    logGroupName: 'app',
    logStreamName: 'main',
    aws: { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } },
    flushIntervalMs: 40,
    spool: { directory, mode },
    ...options,
  },
  {
    openSpool: (settings) => {
      const spool = openSpool({
        ...settings,
        onWritten: (id) => {
          const before = written;
          while (written < ids.length && ids[written] <= id) written++;
          if (written > before) say(`w ${written}`);
          settings.onWritten(id);
        },
      });
      const append = spool.append.bind(spool);
      spool.append = (...event) => {
        const id = append(...event);
        ids.push(id);
        return id;
      };
      void spool.ready.then(({ pendingPuts }) => {
        const ranges = pendingPuts.flatMap((put) => put.ranges);
        say(`p ${ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0)}`);
      });
      return spool;
    },
  },
);
publisher.on('duplicates', ({ copies }) => say(`d ${copies}`));
publisher.on('warn', ({ code, message }) => say(`warn ${code}: ${message}`));

const sayMemory = () => say(`m ${process.memoryUsage.rss()}`);
sayMemory();
setInterval(sayMemory, 500).unref();

let logged = 0;
const startedAt = performance.now();
const timer = setInterval(() => {
  const due = Math.min(events, Math.floor(((performance.now() - startedAt) * rate) / 1000) + 1);
  while (logged < due) {
    logged++;
    publisher.publish({ timestamp: Date.now(), message: `${run} ${logged} ${'.'.repeat(padding)}` });
  }
  if (logged >= events) void end();
}, 5);

process.stdin.once('data', end);
let isEnding = false;
async function end() {
  if (isEnding) return;
  isEnding = true;
  clearInterval(timer);
  const flushed = await publisher.flush({ timeoutMs: flushMs });
  const closed = await publisher.close();
  say(JSON.stringify({ logged, flushed, closed, stats: publisher.stats() }));
  process.stdin.destroy();
}
