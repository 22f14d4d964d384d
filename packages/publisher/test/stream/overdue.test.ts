import assert from 'node:assert/strict';
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { test } from 'node:test';
import type { Warning } from '../../src/accounts/events.ts';
import type { PutOptions, PutResult } from '../../src/cloudwatch/sink.ts';
import { Publisher } from '../../src/publisher.ts';
import { SimulatedService, VirtualClock } from '../support/simulation.ts';

function setUp(streams = 1, { exist = true, options = {} }: { exist?: boolean; options?: object } = {}) {
  const clock = new VirtualClock();
  const sink = new SimulatedService(clock, { tokens: 'ignored', latencyMs: () => 5 });
  for (let i = 0; exist && i < streams; i++) sink.add('g', `s${i}`);
  const publisher = new Publisher(
    { logGroupName: 'g', logStreamName: '{level}', maxRequests: Math.min(streams, 64), ...options },
    { clock, random: () => 0.5, sink, guardExit: false, silent: true },
  );
  const warnings: Warning[] = [];
  publisher.on('warn', (warning) => warnings.push(warning));
  const publish = () => {
    for (let i = 0; i < streams; i++) {
      publisher.publish({ timestamp: clock.now(), message: 'm' }, { level: `s${i}` });
    }
  };
  return { clock, sink, publisher, publish, warnings };
}

const wrongToken = (name: string, message: string): PutResult => {
  return { ok: false, name, message, status: 400, bodySent: true };
};

let tokens = 0;
const ENDLESS: [string, () => PutResult][] = [
  [
    'a token that changes each time',
    () => wrongToken('InvalidSequenceTokenException', `The next expected sequenceToken is: ${++tokens}`),
  ],
  [
    'a wrong token without a word of the right one',
    () => wrongToken('InvalidSequenceTokenException', 'wrong'),
  ],
  [
    'a batch that is said to be stored',
    () => wrongToken('DataAlreadyAcceptedException', `sequenceToken: ${++tokens}`),
  ],
  ['the same without a token', () => wrongToken('DataAlreadyAcceptedException', 'stored')],
  [
    'a stream that stays missing',
    () => wrongToken('ResourceNotFoundException', 'The specified log stream does not exist.'),
  ],
];
for (const [what, answer] of ENDLESS) {
  test(`${what} is asked for ever more rarely, and people hear of it after 10 s (nobody did)`, async () => {
    const { clock, sink, publisher, publish, warnings } = setUp();
    let puts = 0;
    sink.put = async () => {
      puts++;
      await new Promise<void>((resolve) => clock.setTimer(resolve, 1));
      return answer();
    };
    sink.describeSequenceToken = async () => {
      puts++;
      return `${++tokens}`;
    };
    publish();
    await clock.advance(12_000);
    assert.ok(warnings.length > 0 && warnings.length <= 2, JSON.stringify(warnings));
    await clock.advance(48_000);
    assert.ok(puts < 80, `${puts} requests in a minute`);
    await clock.until(publisher.close({ timeoutMs: 0 }));
  });
}

for (const [what, answer] of ENDLESS) {
  test(`${what}, on thirty streams, is told once for all of them`, async () => {
    const { clock, sink, publisher, publish, warnings } = setUp(30);
    sink.put = async () => {
      await new Promise<void>((resolve) => clock.setTimer(resolve, 1));
      return answer();
    };
    sink.describeSequenceToken = async () => `${++tokens}`;
    publish();
    await clock.advance(60_000);
    const overdue = warnings.filter(({ code }) => code === 'overdue');
    assert.equal(overdue.length, 1, overdue.map(({ message }) => message).join('\n'));
    assert.match(
      overdue[0].message,
      /nothing was stored for 1\d s in log stream "s0" and 29 more of log group "g"/,
    );
    assert.ok(warnings.length <= 2, warnings.map(({ message }) => message).join('\n'));
    await clock.until(publisher.close({ timeoutMs: 0 }));
  });
}

test('a put without an answer is told after 10 s, once for all streams of the group', async () => {
  const { clock, sink, publisher, publish, warnings } = setUp(50);
  sink.options = { tokens: 'ignored', fault: () => 'hang' };
  publish();
  await clock.advance(9000);
  assert.equal(warnings.length, 0);
  await clock.advance(3000);
  assert.equal(warnings.length, 1);
  assert.equal(warnings[0].code, 'overdue');
  assert.match(warnings[0].message, /nothing was stored for 1\d s in log stream "s0" and 49 more/);
  await clock.until(publisher.close({ timeoutMs: 0 }));
});

test('a refusal that is worded with another id each time is told once for all streams (it was for each)', async () => {
  const { clock, sink, publisher, publish, warnings } = setUp(30);
  let asked = 0;
  sink.put = async () => {
    await new Promise<void>((resolve) => clock.setTimer(resolve, 1));
    const id = `7f-${4_000_000 + ++asked}`;
    return wrongToken('InvalidParameterException', `not now (Service: Logs, Request ID: ${id})`);
  };
  publish();
  await clock.advance(13_000);
  assert.equal(warnings.length, 1, JSON.stringify(warnings));
  await clock.until(publisher.close({ timeoutMs: 0 }));
});

const never = () => new Promise<never>(() => {});
const STREAMS = 30;
const HANGING: [string, object, (sink: SimulatedService) => void, RegExp][] = [
  [
    'credentials',
    {},
    (sink) => {
      sink.put = (_target, _batch, _token, options?: PutOptions) => {
        if (options?.progress) options.progress.stage = 'credentials';
        return never();
      };
    },
    /no credentials came yet/,
  ],
  [
    'CreateLogStream',
    { exist: false },
    (sink) => Object.assign(sink.add('g'), { createLogStream: never }),
    /creating it is not answered/,
  ],
  [
    'CreateLogGroup',
    { exist: false },
    (sink) => Object.assign(sink, { createLogGroup: never }),
    /creating it is not answered/,
  ],
  [
    'CreateLogStream of a group that is chosen by a field',
    { exist: false, options: { logGroupName: 'g-{field:a}' } },
    (sink) => Object.assign(sink, { createLogStream: never }),
    /creating it is not answered/,
  ],
  [
    'CreateLogStream of a stream that nobody else has made',
    { exist: false, options: { logStreamName: '{level}-{instance}' } },
    (sink) => Object.assign(sink.add('g'), { createLogStream: never }),
    /creating it is not answered/,
  ],
  [
    'DescribeLogStreams',
    {},
    (sink) => {
      sink.put = async () => wrongToken('InvalidSequenceTokenException', 'wrong');
      sink.describeSequenceToken = never;
    },
    /InvalidSequenceTokenException: wrong/,
  ],
];
for (const [what, setting, hang, why] of HANGING) {
  test(`${what} that hangs is told after 10 s, once for all streams that it holds up, with the age of the oldest`, async () => {
    const { clock, sink, publisher, publish, warnings } = setUp(STREAMS, setting);
    hang(sink);
    publish();
    await clock.advance(9000);
    assert.equal(warnings.length, 0);
    await clock.advance(50_000);
    const [warning, ...others] = warnings.filter(({ code }) => code === 'overdue');
    assert.deepEqual(others, []);
    assert.match(
      warning.message,
      /nothing was stored for 1\d s in log stream "s0\S*" and 29 more of log group "g/,
    );
    assert.match(warning.message, why);
    assert.deepEqual(warnings, [warning]);
    await clock.until(publisher.close({ timeoutMs: 0 }));
  });
}

test('a thousand new streams that are made one after the other warn of nothing', async () => {
  const { clock, sink, publisher, publish, warnings } = setUp(1000, { exist: false });
  sink.add('g');
  publish();
  await clock.advance(60_000);
  assert.equal(publisher.stats().delivered, 1000);
  assert.deepEqual(warnings, []);
  await clock.until(publisher.close());
});

test('a stream whose creation hangs is told while others are made', async () => {
  const { clock, sink, publisher, warnings } = setUp(1, { exist: false });
  const { createLogStream } = sink.add('g');
  sink.createLogStream = (target) =>
    target.logStreamName === 'bad' ? never() : createLogStream.call(sink, target);
  const publish = (level: string) => publisher.publish({ timestamp: clock.now(), message: 'm' }, { level });
  publish('bad');
  for (let i = 0; i < 30; i++) {
    publish(`s${i}`);
    await clock.advance(1000);
  }
  assert.equal(warnings.length, 1);
  assert.match(warnings[0].message, /nothing was stored for 1\d s in log stream "bad" of log group "g"/);
  await clock.until(publisher.close({ timeoutMs: 0 }));
});

test('a thousand healthy streams that take turns warn of nothing', async () => {
  const { clock, publisher, publish, warnings } = setUp(1000);
  for (let i = 0; i < 30; i++) {
    publish();
    await clock.advance(1000);
  }
  assert.deepEqual(warnings, []);
  await clock.until(publisher.close());
});

test('a connection that is never made is a failure after 5 s, and its events cannot be stored', async (t) => {
  const sockets = new Set<Socket>();
  const server = net.createServer((socket) => sockets.add(socket.on('error', () => {}))); // no TLS is ever spoken
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const aws = { region: 'eu-west-1', endpoint: `https://127.0.0.1:${port}`, credentials };
  const publisher = new Publisher({ logGroupName: 'g', aws }, { guardExit: false, silent: true });
  t.after(async () => {
    await publisher.close({ timeoutMs: 0 });
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const started = performance.now();
  publisher.publish({ timestamp: Date.now(), message: 'one' });
  while (!publisher.stats().lastError) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(performance.now() - started < 14_000, 'before requestTimeoutMs');
  assert.equal(publisher.stats().lastError?.name, 'ConnectTimeoutError');
});
