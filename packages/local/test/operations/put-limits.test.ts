import assert from 'node:assert/strict';
import test from 'node:test';
import { call, endpoint, eventsOf, GROUP, refusalOf, STREAM, sdk, TARGET } from '../endpoint.ts';

const NOW = Date.UTC(2026, 0, 15, 12);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const now = () => NOW;
const event = (timestamp: number, message = 'x') => ({ timestamp, message });
const INVALID = 'InvalidParameterException';

test('a batch of exactly 1,048,576 bytes is stored and one byte more is refused', async (t) => {
  const local = await endpoint(t, { now });
  const half = 1_048_576 / 2 - 26;
  const fits = await call(local, 'PutLogEvents', {
    ...TARGET,
    logEvents: eventsOf(['x'.repeat(half), 'y'.repeat(half)], NOW),
  });
  assert.equal(fits.status, 200);
  const over = await call(local, 'PutLogEvents', {
    ...TARGET,
    logEvents: eventsOf(['x'.repeat(half), 'y'.repeat(half + 1)], NOW),
  });
  assert.equal(over.status, 400);
  assert.deepEqual(refusalOf(over), [INVALID, 'Upload too large: 1048577 bytes exceeds limit of 1048576']);
  assert.equal(local.stats().bytes, 1_048_576);
});

test('bytes are those of UTF-8, with three for a lone surrogate', async (t) => {
  const local = await endpoint(t, { now });
  await call(local, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(['a', 'é', '€', '😀', '\ud800'], NOW) });
  assert.equal(local.stats().bytes, 1 + 2 + 3 + 4 + 3 + 5 * 26);
});

test('one event may have 1,048,550 bytes of message', async (t) => {
  const local = await endpoint(t, { now });
  const put = (bytes: number) =>
    call(local, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(['x'.repeat(bytes)], NOW) });
  assert.equal((await put(1_048_550)).status, 200);
  assert.deepEqual(refusalOf(await put(1_048_551)), [
    INVALID,
    'Log event too large: 1048577 bytes exceeds limit of 1048576',
  ]);
});

test('maxEventBytes gives the service of before April 2025', async (t) => {
  const local = await endpoint(t, { now, maxEventBytes: 262_144 });
  const put = (bytes: number) =>
    call(local, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(['é'.repeat(bytes / 2), 'small'], NOW) });
  assert.equal((await put(262_118)).status, 200);
  assert.deepEqual(refusalOf(await put(262_120)), [
    INVALID,
    'Log event too large: 262146 bytes exceeds limit of 262144',
  ]);
});

test('10,000 events are stored and 10,001 are refused', async (t) => {
  const local = await endpoint(t, { now });
  const events = Array.from({ length: 10_001 }, (_, index) => event(NOW, String(index)));
  const over = await call(local, 'PutLogEvents', { ...TARGET, logEvents: events });
  assert.equal(over.body.__type, INVALID);
  assert.match(over.body.message, /at 'logEvents' failed .* length less than or equal to 10000$/);
  const fits = await call(local, 'PutLogEvents', { ...TARGET, logEvents: events.slice(1) });
  assert.equal(fits.status, 200);
  assert.equal(local.stats().events, 10_000);
});

test('events must be in chronological order, and equal timestamps are', async (t) => {
  const local = await endpoint(t, { now });
  const put = (...times: number[]) =>
    call(local, 'PutLogEvents', { ...TARGET, logEvents: times.map((time) => event(time)) });
  assert.equal((await put(NOW, NOW, NOW + 1)).status, 200);
  assert.deepEqual(refusalOf(await put(NOW, NOW + 1, NOW)), [
    INVALID,
    'Log events in a single PutLogEvents request must be in chronological order.',
  ]);
});

test('a batch may span 24 hours and no millisecond more', async (t) => {
  const local = await endpoint(t, { now });
  const put = (...times: number[]) =>
    call(local, 'PutLogEvents', { ...TARGET, logEvents: times.map((time) => event(time)) });
  assert.equal((await put(NOW - DAY, NOW)).status, 200);
  assert.deepEqual(refusalOf(await put(NOW - DAY - 1, NOW)), [
    INVALID,
    'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
  ]);
});

test('events that are rejected anyway do not count for the span', async (t) => {
  const local = await endpoint(t, { now });
  const logEvents = [event(NOW - 15 * DAY), event(NOW - HOUR), event(NOW), event(NOW + 3 * DAY)];
  const reply = await call(local, 'PutLogEvents', { ...TARGET, logEvents });
  assert.equal(reply.status, 200);
  assert.deepEqual(reply.body.rejectedLogEventsInfo, {
    tooOldLogEventEndIndex: 1,
    tooNewLogEventStartIndex: 3,
  });
  assert.equal(local.stats().events, 2);
});

test('too old ends exclusively, too new starts inclusively, and only what lies between is stored', async (t) => {
  const local = await endpoint(t, { now });
  const client = sdk(t, local);
  const { rejectedLogEventsInfo } = await client.putLogEvents({
    ...TARGET,
    logEvents: [
      event(NOW - 14 * DAY - 2, 'old 1'),
      event(NOW - 14 * DAY - 1, 'old 2'),
      event(NOW, 'kept'),
      event(NOW + 2 * HOUR + 1, 'new 1'),
      event(NOW + 2 * HOUR + 2, 'new 2'),
    ],
  });
  assert.deepEqual(rejectedLogEventsInfo, { tooOldLogEventEndIndex: 2, tooNewLogEventStartIndex: 3 });
  assert.deepEqual(local.events(TARGET), [
    { timestamp: NOW, message: 'kept', ingestionTime: NOW, logStreamName: STREAM },
  ]);
});

test('exactly 14 days and exactly 2 hours are accepted', async (t) => {
  const local = await endpoint(t, { now });
  for (const timestamp of [NOW - 14 * DAY, NOW + 2 * HOUR]) {
    const reply = await call(local, 'PutLogEvents', { ...TARGET, logEvents: [event(timestamp)] });
    assert.deepEqual(Object.keys(reply.body), ['nextSequenceToken']);
  }
  assert.equal(local.stats().events, 2);
});

test('events older than the retention of the group are expired', async (t) => {
  const local = await endpoint(t, { now });
  await call(local, 'PutRetentionPolicy', { logGroupName: GROUP, retentionInDays: 3 });
  const logEvents = [
    event(NOW - 15 * DAY),
    event(NOW - 3 * DAY - 1),
    event(NOW - 3 * DAY),
    event(NOW - 2 * DAY - 1),
  ];
  const reply = await call(local, 'PutLogEvents', { ...TARGET, logEvents });
  assert.deepEqual(reply.body.rejectedLogEventsInfo, {
    tooOldLogEventEndIndex: 1,
    expiredLogEventEndIndex: 2,
  });
  assert.deepEqual(
    local.events(TARGET).map(({ timestamp }) => timestamp),
    [NOW - 3 * DAY, NOW - 2 * DAY - 1],
  );
});

test('a batch of which every event is rejected succeeds all the same', async (t) => {
  const local = await endpoint(t, { now });
  const reply = await call(local, 'PutLogEvents', { ...TARGET, logEvents: [event(1), event(2)] });
  assert.equal(reply.status, 200);
  assert.match(reply.body.nextSequenceToken, /^495\d{53}$/);
  assert.deepEqual(reply.body.rejectedLogEventsInfo, { tooOldLogEventEndIndex: 2 });
  const tooNew = await call(local, 'PutLogEvents', { ...TARGET, logEvents: [event(NOW + DAY)] });
  assert.deepEqual(tooNew.body.rejectedLogEventsInfo, { tooNewLogEventStartIndex: 0 });
  assert.deepEqual(
    { ...local.stats(), requests: 0, errors: 0, faults: 0 },
    {
      requests: 0,
      errors: 0,
      faults: 0,
      puts: 2,
      events: 0,
      bytes: 0,
      evicted: 0,
    },
  );
});

test('constraints of members are refused in the words of the service', async (t) => {
  const local = await endpoint(t, { now });
  const message = async (members: object): Promise<string> => {
    const reply = await call(local, 'PutLogEvents', { ...TARGET, logEvents: [event(NOW)], ...members });
    assert.equal(reply.body.__type, INVALID);
    return reply.body.message;
  };
  const constraint = (subject: string, rule: string, count = '1 validation error') =>
    `${count} detected: ${subject} failed to satisfy constraint: ${rule}`;
  assert.equal(
    await message({ logEvents: [] }),
    constraint("Value '[]' at 'logEvents'", 'Member must have length greater than or equal to 1'),
  );
  assert.equal(
    await message({ logEvents: null }),
    constraint("Value null at 'logEvents'", 'Member must not be null'),
  );
  assert.equal(
    await message({ logEvents: [event(NOW, '')] }),
    constraint(
      "Value '' at 'logEvents.1.member.message'",
      'Member must have length greater than or equal to 1',
    ),
  );
  assert.equal(
    await message({ logEvents: [event(NOW), { message: 'no time' }, event(-1)] }),
    `${constraint("Value null at 'logEvents.2.member.timestamp'", 'Member must not be null', '2 validation errors')}; ` +
      "Value '-1' at 'logEvents.3.member.timestamp' failed to satisfy constraint: Member must have value greater than or equal to 0",
  );
  assert.equal(
    await message({ logEvents: [{ timestamp: NOW }] }),
    constraint("Value null at 'logEvents.1.member.message'", 'Member must not be null'),
  );
  assert.equal(
    await message({ sequenceToken: '' }),
    constraint("Value '' at 'sequenceToken'", 'Member must have length greater than or equal to 1'),
  );
  assert.equal(
    await message({ logGroupName: 'bad name' }),
    constraint(
      "Value 'bad name' at 'logGroupName'",
      'Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+',
    ),
  );
  assert.equal(
    await message({ logStreamName: 'a:b' }),
    constraint("Value 'a:b' at 'logStreamName'", 'Member must satisfy regular expression pattern: [^:*]*'),
  );
  assert.equal(
    await message({ logGroupName: undefined }),
    constraint("Value null at 'logGroupName'", 'Member must not be null'),
  );
  const tooLong = 'Invalid LogGroup or LogStream, both must have length less than or equal to 512.';
  assert.equal(await message({ logGroupName: 'g'.repeat(513) }), tooLong);
  assert.equal(await message({ logStreamName: 's'.repeat(513) }), tooLong);
  assert.match(
    await message({ logEvents: Array.from({ length: 100 }, () => event(NOW, '')) }),
    /^100 validation errors /,
  );
});

test('values of the wrong JSON type are a serialization error', async (t) => {
  const local = await endpoint(t, { now });
  const wrong: object[] = [
    { logEvents: [{ timestamp: 'yesterday', message: 'x' }] },
    { logEvents: [{ timestamp: 1.5, message: 'x' }] },
    { logEvents: [{ timestamp: 1e300, message: 'x' }] },
    { logEvents: [{ timestamp: NOW, message: 5 }] },
    { logEvents: ['x'] },
    { logEvents: {} },
    { logGroupName: 5 },
    { sequenceToken: 5 },
  ];
  for (const members of wrong) {
    const reply = await call(local, 'PutLogEvents', { ...TARGET, logEvents: [event(NOW)], ...members });
    assert.equal(reply.status, 400);
    assert.equal(reply.body.__type, 'SerializationException', JSON.stringify(members));
  }
});

test('a missing group and a missing stream are told apart', async (t) => {
  const local = await endpoint(t, { now });
  const put = (target: object) =>
    call(local, 'PutLogEvents', { ...TARGET, ...target, logEvents: [event(NOW)] });
  assert.deepEqual(refusalOf(await put({ logGroupName: 'none' })), [
    'ResourceNotFoundException',
    'The specified log group does not exist.',
  ]);
  assert.deepEqual(refusalOf(await put({ logStreamName: 'none' })), [
    'ResourceNotFoundException',
    'The specified log stream does not exist.',
  ]);
});

test('control characters and long escapes pass, and count as what they are', async (t) => {
  const local = await endpoint(t, { now });
  const message = '\u0001'.repeat(1_048_550);
  const reply = await call(local, 'PutLogEvents', { ...TARGET, logEvents: [event(NOW, message)] });
  assert.equal(reply.status, 200);
  assert.equal(local.events(TARGET)[0]?.message, message);
});
