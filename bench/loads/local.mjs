// What cloudwatch-logs-local costs, from a client of plain HTTP.
//   task: { what: 'parse' | 'put' | 'store' | 'poll', puts?, events?, streams?, seconds? }
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { report } from './endpoint-link.mjs';

const task = JSON.parse(process.argv[2]);
/** Events of about 100 B that a put of 1 MiB holds. */
const PER_PUT = 8000;
const agent = new Agent({ keepAlive: true, maxSockets: 4 });
const child = fork(fileURLToPath(new URL('../endpoint/local.mjs', import.meta.url)), {
  execArgv: ['--expose-gc'],
});
process.on('exit', () => child.kill('SIGKILL'));
child.on('exit', () => process.exit(1));
const [{ port, startMs, importMs }] = await once(child, 'message');
const target = { logGroupName: 'bench', logStreamName: 'stream-0' };

await call('CreateLogGroup', target);
for (let index = 0; index < (task.streams ?? 1); index++) {
  await call('CreateLogStream', { ...target, logStreamName: `stream-${index}` });
}
report(await { parse, put, store, poll }[task.what]());

/** JSON.parse alone on the bodies that `put` sends. */
async function parse() {
  const body = bodyOf(0, PER_PUT, 'stream-0');
  for (let index = 0; index < 20; index++) JSON.parse(body.toString());
  const before = process.cpuUsage();
  for (let index = 0; index < task.puts; index++) JSON.parse(body.toString());
  return { ms: cpuMs(before) / task.puts };
}

/** Full puts, one after the other: CPU time of the endpoint for each. */
async function put() {
  const body = bodyOf(0, PER_PUT, 'stream-0');
  for (let index = 0; index < 20; index++) await send('PutLogEvents', body);
  const before = await usage();
  for (let index = 0; index < task.puts; index++) await send('PutLogEvents', body);
  const ms = ((await usage()).cpuMs - before.cpuMs) / task.puts;
  return { ms, startMs, importMs, consoleKb: (await consoleBytes()) / 1000 };
}

/** The console as a browser gets it: its page and the files that the page names, compressed. */
async function consoleBytes() {
  const html = await (await fetch(`http://127.0.0.1:${port}/`)).text();
  const paths = ['/', ...[...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path)];
  const sizes = paths.map(
    (path) =>
      new Promise((resolve, reject) => {
        const headers = { 'accept-encoding': 'gzip' };
        const asked = request({ host: '127.0.0.1', port, path, agent, headers }, (answer) => {
          answer.resume().on('end', () => resolve(Number(answer.headers['content-length'])));
        });
        asked.on('error', reject).end();
      }),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Many events: what they take, and what a page of them takes. */
async function store() {
  await fill();
  const { rss, bytes } = await usage(true);
  const timed = async (members) => {
    const times = [];
    for (let index = 0; index < 15; index++) {
      const began = performance.now();
      await call('FilterLogEvents', { logGroupName: 'bench', limit: 100, ...members });
      times.push(performance.now() - began);
    }
    return times.sort((a, b) => a - b)[7];
  };
  const firstPageMs = await timed({});
  const newestMs = await timed({ startTime: Date.now() - 86_400_000, startFromHead: false });
  await usage(true);
  const began = performance.now();
  await call('FilterLogEvents', { logGroupName: 'bench', filterPattern: 'nowhere' });
  const scanMs = performance.now() - began;
  const { longestTurnMs } = await usage();
  return { rssPerByte: rss / bytes, firstPageMs, newestMs, scanMs, longestTurnMs };
}

/** Puts a second on what `store` holds, alone and beside somebody who polls for the newest window. */
async function poll() {
  await fill();
  const body = bodyOf(0, 10, 'stream-0');
  const putsFor = async (seconds) => {
    let puts = 0;
    for (const end = performance.now() + seconds * 1000; performance.now() < end; puts++) {
      await send('PutLogEvents', body);
    }
    return puts / seconds;
  };
  let polls = 0;
  const polled = async (seconds) => {
    const timer = setInterval(() => {
      call('FilterLogEvents', { logGroupName: 'bench', limit: 100, startTime: Date.now() - 60_000 }).then(
        () => {
          polls += 1;
        },
      );
    }, 1000 / task.pollsPerSecond);
    const puts = await putsFor(seconds);
    clearInterval(timer);
    return puts;
  };
  await putsFor(1);
  // In turns, since the speed of a machine changes from one second to the next.
  const rounds = [];
  for (let round = 0; round < 7; round++) {
    const seconds = task.seconds / 7;
    rounds.push({ alone: await putsFor(seconds), beside: await polled(seconds) });
  }
  const middle = (values) => values.sort((a, b) => a - b)[3];
  return {
    alone: middle(rounds.map(({ alone }) => alone)),
    beside: middle(rounds.map(({ beside }) => beside)),
    polls: polls / task.seconds,
    kept: middle(rounds.map(({ alone, beside }) => beside / alone)),
  };
}

async function fill() {
  for (let first = 0; first < task.events; first += PER_PUT) {
    await send('PutLogEvents', bodyOf(first, PER_PUT, `stream-${(first / PER_PUT) % task.streams}`));
  }
}

function bodyOf(first, count, logStreamName) {
  const time = Date.now() - 3_600_000;
  const logEvents = Array.from({ length: count }, (_, index) => ({
    timestamp: time + Math.floor((first + index) / 1000),
    message: `{"level":30,"time":${time},"pid":1,"hostname":"web-1","msg":"request completed","id":${first + index}}`,
  }));
  return Buffer.from(JSON.stringify({ ...target, logStreamName, logEvents }));
}

function call(operation, members) {
  return send(operation, Buffer.from(JSON.stringify(members)));
}

function send(operation, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'x-amz-target': `Logs_20140328.${operation}`, 'content-length': body.length };
    const sent = request({ host: '127.0.0.1', port, method: 'POST', path: '/', agent, headers }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${operation} was answered with ${answer.statusCode}`));
      answer.resume().on('end', resolve);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function usage(reset = false) {
  child.send({ reset });
  const [answer] = await once(child, 'message');
  return answer;
}

function cpuMs(before) {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
