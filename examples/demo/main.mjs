// Two services log real request traffic into a local CloudWatch Logs while everything goes wrong that does.
// At the end every figure is read back from the endpoint and held against what the services logged.
import { fork } from 'node:child_process';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { startLocal } from 'cloudwatch-logs-local';

const GROUP = '/demo/shop';
const startedAt = Date.now();
const local = await startLocal({ sequenceTokens: 'enforced' });
const requests = new http.Agent({ keepAlive: true });
const services = new Set();
const finished = [];
/** Lines that were stored in the group before it was deleted; the deletion took them, not the transports. */
const beforeDeletion = [];

say('bold', `A local CloudWatch Logs listens on ${local.endpoint} and enforces sequence tokens.`);

await act('A pino service and a winston service log their requests', async () => {
  await Promise.all([start('pino-shop'), start('winston-shop')]);
  await seconds(3);
});
await act('The pino service restarts on its existing stream: its token is stale', async () => {
  await stop('pino-shop');
  await start('pino-shop');
  await seconds(3);
});
await act(
  'A rival shares the stream of the winston service and takes its token again and again',
  async () => {
    await start('winston-shop', 'rival');
    await seconds(4);
    await stop('rival');
  },
);
await act('Every second answer is lost after the batch was stored', async () => {
  local.faults.set([{ kind: 'reset-after', probability: 0.5 }]);
  await until(() => (local.stats().errors.DataAlreadyAcceptedException ?? 0) >= 4);
  local.faults.clear();
  // A new batch on a stream says that the one before it is settled; what waits for an answer must not meet the
  // next act, which takes away what tells whether it was stored.
  const streams = new Set(['pino-shop', 'winston-shop']);
  const onPut = ({ logStreamName }) => streams.delete(logStreamName);
  local.on('put', onPut);
  await until(() => streams.size === 0);
  local.off('put', onPut);
});
await act('Somebody deletes the log group', async () => {
  beforeDeletion.push(...stored());
  local.deleteLogGroup(GROUP);
  await seconds(2);
});
await act('The endpoint is down for 5 seconds', async () => {
  await local.stop();
  await seconds(5);
  await local.start();
});
await act('The services end and their logs are complete', async () => {
  await Promise.all([...services].map((service) => stop(service.name)));
});

const agreed = report();
await local.close();
requests.destroy();
process.exitCode = agreed ? 0 : 1;

async function act(title, run) {
  say('cyan', `\n${title}`);
  await run();
  if (process.stdout.isTTY) process.stdout.write('\n');
}

async function start(kind, name = kind) {
  const options = {
    logGroupName: GROUP,
    logStreamName: kind,
    flushIntervalMs: 250,
    aws: {
      endpoint: local.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    },
  };
  const script = fileURLToPath(new URL(`${kind}.mjs`, import.meta.url));
  const child = fork(script, [JSON.stringify(options)], {
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  });
  const { port } = await message(child);
  const service = { name, child, port, customers: undefined };
  service.customers = setInterval(() => visit(port), 10);
  services.add(service);
}

async function stop(name) {
  const service = [...services].find((one) => one.name === name);
  services.delete(service);
  clearInterval(service.customers);
  const last = message(service.child);
  const gone = new Promise((resolve) => service.child.once('exit', resolve));
  service.child.kill('SIGTERM');
  finished.push(await last);
  await gone;
}

function message(child) {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`a service ended with code ${code} before it answered`)));
  });
}

function visit(port) {
  const paths = ['/', '/cart', '/checkout', '/search?q=shoes'];
  const path = paths[Math.floor(Math.random() * paths.length)];
  http
    .get({ port, path, host: '127.0.0.1', agent: requests }, (response) => response.resume())
    .on('error', () => {}); // a service that is restarting
}

function stored() {
  if (!local.groups().some((group) => group.logGroupName === GROUP)) return [];
  return local.events({ logGroupName: GROUP }).map((event) => JSON.parse(event.message).line);
}

async function seconds(count) {
  for (let i = 1; i <= count * 4; i++) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    // A terminal shows one line that moves; a file gets a line each second.
    if (process.stdout.isTTY || i % 4 === 0) progress();
  }
}

async function until(condition) {
  for (let waited = 0; !condition(); waited++) {
    if (waited === 60) throw new Error('the services did not recover within a minute');
    await seconds(1);
  }
}

function progress() {
  const { events, errors, requests: made } = local.stats();
  const line =
    `  ${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)} s   puts ${made.PutLogEvents ?? 0}   ` +
    `stored ${events}   token conflicts ${errors.InvalidSequenceTokenException ?? 0}   ` +
    `already accepted ${errors.DataAlreadyAcceptedException ?? 0}`;
  process.stdout.write(process.stdout.isTTY ? `\r\x1b[2K${line}` : `${line}\n`);
}

/** Prints the table; returns whether the endpoint, the services and the transports agree. */
function report() {
  const { requests: made, errors, puts } = local.stats();
  const lines = [...beforeDeletion, ...stored()];
  const unique = new Set(lines).size;
  const logged = finished.reduce((sum, { lines }) => sum + lines, 0);
  const own = (pick) => finished.reduce((sum, { stats }) => sum + pick(stats), 0);
  const equal = { holds: (endpoint, transports) => endpoint === transports };
  // Tries that the outage kept away from the endpoint are known to the transports alone.
  const noMore = { holds: (endpoint, transports) => endpoint <= transports };
  // Where an answer is lost, a transport counts what may be stored twice; only the endpoint knows whether it is.
  const atMost = { ...noMore, text: 'at most ' };
  const rows = [
    ['received', logged, own((stats) => stats.received), equal],
    ['delivered', unique, own((stats) => stats.delivered), equal],
    [
      'token conflicts met',
      errors.InvalidSequenceTokenException ?? 0,
      own((stats) => stats.tokenConflicts),
      equal,
    ],
    [
      'already accepted',
      errors.DataAlreadyAcceptedException ?? 0,
      own((stats) => stats.alreadyAccepted),
      equal,
    ],
    ['retries', made.PutLogEvents - puts, own((stats) => stats.retries), noMore],
    ['duplicated', lines.length - unique, own((stats) => stats.possibleDuplicates), atMost],
    ['lost', logged - unique, own((stats) => sum(stats.dropped) + sum(stats.rejected)), equal],
  ];
  say('bold', `\n${''.padEnd(22)}${'endpoint'.padStart(12)}${'transports'.padStart(14)}`);
  for (const [name, endpoint, transports, relation] of rows) {
    const figures = `${String(endpoint).padStart(12)}${`${relation.text ?? ''}${transports}`.padStart(14)}`;
    const text = `${name.padEnd(22)}${figures}`;
    console.log(relation.holds(endpoint, transports) ? text : `${text}   <- they disagree`);
  }
  const agreed = rows.every(([, endpoint, transports, relation]) => relation.holds(endpoint, transports));
  const good = agreed && logged === unique && lines.length === unique;
  const verdict = `lost ${logged - unique}, duplicated ${lines.length - unique}`;
  say(good ? 'green' : 'red', `\n${verdict}, in ${((Date.now() - startedAt) / 1000).toFixed(0)} s`);
  return good;
}

function sum(counts) {
  return Object.values(counts).reduce((total, one) => total + one, 0);
}

function say(style, text) {
  console.log(process.stdout.isTTY ? styleText(style, text) : text);
}
