import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import {
  appendNumbers,
  deadOwner,
  filesOf,
  open,
  openUntilEnd,
  ownersIn,
  readAll,
  signal,
  temporaryDirectory,
} from '../../support/spool-fixture.ts';

const app = { region: 'eu-central-1', logGroupName: 'app' };

test('only what was left for the same destination is taken over; the rest is named once with what to do', async (t) => {
  const directory = temporaryDirectory(t);
  const others = [
    { ...app, logGroupName: 'audit' },
    { ...app, region: 'us-east-1' },
    { ...app, endpoint: 'http://127.0.0.1:4590/' },
    { ...app, profile: 'ops' },
    { ...app, logGroupName: 'app-{level}' },
  ];
  for (const destination of [...others, app]) {
    const left = open(directory, { owner: deadOwner(), destination });
    appendNumbers(left, 1, 3);
    await left.flush();
  }
  const said = signal<string>();
  const spool = openUntilEnd(t, directory, {
    destination: app,
    mode: 'overflow',
    onWarn: (message, topic) => topic === 'others' && said.resolve(message),
  });
  const before = filesOf(directory, '.segment');
  const { events, ranges } = await spool.ready;
  assert.equal(events, 3);
  const message = await said.promise;
  for (const part of [
    'log group "audit" (Region eu-central-1): 3 events, the oldest of 2023-11-14T22:13:20.001Z',
    'log group "app" (Region us-east-1): 3 events',
    'log group "app" (Region eu-central-1, endpoint http://127.0.0.1:4590/): 3 events',
    'log group "app" (Region eu-central-1, profile ops): 3 events',
    'log group "app-{level}" (Region eu-central-1): 3 events',
    `cloudwatch-logs-spool replay ${directory}`,
  ]) {
    assert.ok(message.includes(part), `${part} is not in ${message}`);
  }
  spool.acknowledge(ranges);
  await spool.close();
  const left = filesOf(directory, '.segment');
  assert.equal(left.length, 5);
  assert.ok(left.every((file) => before.includes(file)));
});

test('a destination that is still looked up takes nothing; at an end before, events go where the options say', async (t) => {
  const directory = temporaryDirectory(t);
  const given = { logGroupName: 'app' };
  const ended = open(directory, { owner: deadOwner(), destination: given, lookedUp: new Promise(() => {}) });
  assert.equal(ended.usable, false);
  assert.equal(ended.trouble, undefined);
  assert.deepEqual(appendNumbers(ended, 1, 1), [0]);
  let ids: number[] = [];
  ended.writeSync(() => {
    ids = appendNumbers(ended, 1, 5);
  });
  assert.ok(ids.every((id) => id > 0));

  // Another Region's process leaves them, and one with the same options takes them over when its Region is known.
  const other = openUntilEnd(t, directory, { destination: { ...given, region: 'us-east-1' } });
  assert.equal((await other.ready).events, 0);
  const region = signal<typeof app>();
  const spool = openUntilEnd(t, directory, { destination: given, lookedUp: region.promise });
  region.resolve(app);
  assert.equal((await spool.ready).events, 5);
  assert.equal(spool.usable, true);
  const [id = 0] = appendNumbers(spool, 6, 6);
  assert.ok(id > 0);
  await spool.flush();
  assert.equal((await readAll(spool)).length, 6);
  const destinations = filesOf(directory, 'destination').map((file) => fs.readFileSync(file, 'utf8'));
  assert.equal(destinations.filter((text) => text === `${JSON.stringify(app)}\n`).length, 1);
  assert.equal(ownersIn(directory).length, 3);
});
