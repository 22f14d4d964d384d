import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenInMessage } from '../../src/cloudwatch/outcome.ts';
import { Publisher } from '../../src/publisher.ts';
import { SequenceToken } from '../../src/stream/sequence-token.ts';
import {
  type Fault,
  type ServiceOptions,
  SimulatedService,
  seededRandom,
  VirtualClock,
} from '../support/simulation.ts';

test('the baton goes from one put to the next', () => {
  const token = new SequenceToken('auto');
  assert.equal(token.forPut.value, null, 'the first put carries none');
  token.accepted('1');
  assert.equal(token.forPut.value, '1');
  token.accepted(undefined);
  assert.equal(token.forPut.value, null, 'a success without a token is a success');
});

test('a conflict gives the token that is expected, and none for null', () => {
  const token = new SequenceToken('auto');
  token.accepted('1');
  token.conflict('2');
  assert.equal(token.forPut.value, '2');
  token.conflict(null);
  assert.equal(token.forPut.value, null);
  assert.equal(token.conflictsInARow, 2);
  token.accepted('3');
  assert.equal(token.conflictsInARow, 0);
});

test('no token is sent with sequenceTokens never', () => {
  const token = new SequenceToken('never');
  token.accepted('1');
  assert.equal(token.forPut.value, null);
});

test('the first conflict is answered at once, later ones after a growing wait with jitter', () => {
  const token = new SequenceToken('auto');
  token.conflict('1');
  assert.equal(token.waitAfterConflictMs(0.99), 0);
  let previous = 0;
  for (let i = 0; i < 20; i++) {
    token.conflict('1');
    const least = token.waitAfterConflictMs(0);
    const most = token.waitAfterConflictMs(0.999_999);
    assert.ok(least >= previous && most < 2 * least + 1 && most <= 2000);
    previous = least;
  }
  assert.equal(previous, 1000);
});

test('whoever puts pauses only while others want the stream too', () => {
  const token = new SequenceToken('auto');
  token.accepted('1');
  assert.equal(token.pauseAfterPutMs(0.9), 0);
  for (let i = 0; i < 5; i++) {
    token.conflict('1');
    token.accepted('2');
  }
  assert.ok(token.pauseAfterPutMs(0.9) > 0);
  for (let i = 0; i < 10; i++) token.accepted('3');
  assert.equal(token.pauseAfterPutMs(0.9), 0);
});

test('a token is read from the messages of AWS and of emulators', () => {
  const messages: [string, string | null | undefined][] = [
    [
      'The given sequenceToken is invalid. The next expected sequenceToken is: 49590293515121184143516241009459514993483551644565275730',
      '49590293515121184143516241009459514993483551644565275730',
    ],
    ['The given sequenceToken is invalid. The next expected sequenceToken is: null', null],
    ['The given sequenceToken is invalid. The next expected sequenceToken is: null.', null],
    [
      'The given batch of log events has already been accepted. The next batch can be sent with sequenceToken: 49575434191296632061558566622677474456728342287823744514',
      '49575434191296632061558566622677474456728342287823744514',
    ],
    [
      'The given batch of log events has already been accepted. The next batch can be sent with sequenceToken: null',
      null,
    ],
    ['The sequence token is not valid. Expected: 42, Received: 7', '42'],
    ['The sequence token is not valid. Expected: null, Received: 7', null],
    [
      'The sequence token is not valid. Expected: 00000000-0000-4000-8000-000000000000, Received: x',
      '00000000-0000-4000-8000-000000000000',
    ],
    ['The given sequenceToken is invalid.', undefined],
    ['wrong', undefined],
    ['', undefined],
  ];
  for (const [message, expected] of messages) assert.equal(tokenInMessage(message), expected, message);
});

function setUp(options: object, service: Partial<ServiceOptions>, count = 1) {
  const clock = new VirtualClock();
  const sink = new SimulatedService(clock, { tokens: 'enforced', ...service }).add('g', 's');
  const random = seededRandom(7);
  const warnings: string[] = [];
  const publishers = Array.from({ length: count }, () => {
    const publisher = new Publisher(
      { logGroupName: 'g', logStreamName: 's', ...options },
      { clock, random, sink, guardExit: false },
    );
    publisher.on('warn', ({ message }) => warnings.push(message));
    return publisher;
  });
  return { clock, sink, publishers, warnings };
}

test('a publisher joins a stream that has a history without asking for its token', async () => {
  const { clock, sink, publishers } = setUp({}, { tokenIn: 'message' }, 2);
  for (const publisher of publishers) {
    publisher.publish({ timestamp: clock.now(), message: `of ${publishers.indexOf(publisher)}` });
    await clock.until(publisher.close());
  }
  assert.equal(sink.events('g', 's').length, 2);
  assert.equal(publishers[1].stats().tokenConflicts, 1);
  assert.equal(sink.describes, 0);
});

test('the token is asked for only when neither the field nor the text has it', async () => {
  const { clock, sink, publishers } = setUp({}, { tokenIn: 'neither' }, 2);
  for (const publisher of publishers) {
    publisher.publish({ timestamp: clock.now(), message: `of ${publishers.indexOf(publisher)}` });
    await clock.until(publisher.close());
  }
  assert.equal(sink.events('g', 's').length, 2);
  assert.equal(sink.describes, 1);
});

test('four producers on one stream take turns: nothing lost, nothing twice, few attempts', async () => {
  const { clock, sink, publishers, warnings } = setUp(
    { maxBatchEvents: 50, flushIntervalMs: 100 },
    { latencyMs: () => 5 },
    4,
  );
  let batches = 0;
  for (const publisher of publishers) publisher.on('batch', () => batches++);
  for (let i = 0; i < 1000; i++) {
    for (const [index, publisher] of publishers.entries()) {
      publisher.publish({ timestamp: clock.now(), message: `${index}/${i}` });
    }
    if (i % 10 === 0) await clock.advance(20);
  }
  await clock.until(Promise.all(publishers.map((publisher) => publisher.close({ timeoutMs: 600_000 }))));
  const stored = sink.events('g', 's').map(({ message }) => message);
  assert.equal(stored.length, 4000);
  assert.equal(new Set(stored).size, 4000);
  assert.ok(sink.puts <= 4 * batches, `${sink.puts} puts for ${batches} batches`);
  assert.equal(warnings.filter((message) => message.includes('{instance}')).length, 4, 'each warns once');
});

test('an answer lost after storing is found out by the same token, and stored once', async () => {
  const faults: (Fault | undefined)[] = ['reset-after', undefined, 'timeout-after', 'throttle'];
  const { clock, sink, publishers } = setUp(
    {},
    { fault: (call) => (call === 'PutLogEvents' ? faults.shift() : undefined) },
  );
  const [publisher] = publishers;
  sink.groups.clear(); // the publisher makes them itself
  faults.unshift(undefined); // the put that finds nothing
  for (const message of ['one', 'two', 'three']) {
    publisher.publish({ timestamp: clock.now(), message });
    await clock.until(publisher.flush({ timeoutMs: 600_000 }));
  }
  assert.deepEqual(
    sink.events('g', 's').map(({ message }) => message),
    ['one', 'two', 'three'],
  );
  assert.equal(publisher.stats().alreadyAccepted, 2);
  assert.equal(publisher.stats().possibleDuplicates, 0);
  await publisher.close();
});

test('the text of another producer is not taken for a batch that was never sent', async () => {
  const { clock, sink, publishers } = setUp({}, {}, 2);
  for (const publisher of publishers) {
    publisher.publish({ timestamp: clock.now(), message: 'the same text' });
    await clock.until(publisher.close());
    assert.equal(publisher.stats().delivered, 1);
  }
  assert.equal(sink.events('g', 's').length, 2);
});

test('sequenceTokens never keeps the events and says what to change on an endpoint that enforces them', async () => {
  const { clock, sink, publishers, warnings } = setUp({ sequenceTokens: 'never' }, {});
  const [publisher] = publishers;
  publisher.publish({ timestamp: clock.now(), message: 'one' });
  await clock.until(publisher.flush());
  publisher.publish({ timestamp: clock.now(), message: 'two' });
  assert.equal((await clock.until(publisher.flush())).pending, 1);
  assert.equal(sink.events('g', 's').length, 1);
  assert.match(warnings.join(), /set sequenceTokens to 'auto'/);
  await clock.until(publisher.close());
});

test('a copy under an older token is counted when a rival put in between', async () => {
  const faults: (Fault | undefined)[] = ['reset-after', 'rival', 'reset-after'];
  const { clock, sink, publishers } = setUp({}, { fault: () => faults.shift() });
  const [publisher] = publishers;
  publisher.publish({ timestamp: clock.now(), message: 'twice' });
  await clock.until(publisher.close({ timeoutMs: 600_000 }));
  const copies = sink.events('g', 's').filter(({ message }) => message === 'twice').length;
  assert.equal(copies, 2);
  assert.equal(publisher.stats().possibleDuplicates, 1);
  assert.equal(publisher.stats().delivered, 1);
});
