import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Warning } from '../../src/accounts/events.ts';
import { compileGroupName, sanitizeGroupName } from '../../src/options/group-name.ts';
import { groupSettings } from '../../src/options/group-settings.ts';
import type { EventContext } from '../../src/options/name-template.ts';
import type { PublisherOptions } from '../../src/options/options.ts';
import { Publisher } from '../../src/publisher.ts';
import { type ServiceOptions, SimulatedService, VirtualClock } from '../support/simulation.ts';

const ENVIRONMENT = {
  hostname: 'h',
  pid: 1,
  instance: 'i',
  env: { STAGE: 'prod', PATH_LIKE: '/aws/my app' },
};
const named = (template: string, context: EventContext = {}) =>
  compileGroupName(template, ENVIRONMENT).nameFor(0, context);

test('a template gives a group by level, field and environment', () => {
  assert.equal(named('app'), 'app');
  assert.equal(named('app-{level}', { level: 'error' }), 'app-error');
  assert.equal(
    named('/{env:STAGE}/tenants/{field:tenant.id}', { fields: { tenant: { id: 7 } } }),
    '/prod/tenants/7',
  );
  assert.equal(named('{env:PATH_LIKE}/{hostname}'), '/aws/my-app/h');
});

test('what an event says stays within its place of the name', () => {
  const tenant = (value: unknown) => named('/tenants/{field:t}', { fields: { t: value } });
  assert.equal(tenant('../../aws/lambda'), '/tenants/..-..-aws-lambda');
  assert.equal(tenant('#other'), '/tenants/-other');
  assert.equal(tenant('Zoë:*\n\ud800'), '/tenants/Zo-----');
  for (const nothing of [undefined, '', {}, null]) assert.equal(tenant(nothing), '/tenants/unknown');
  assert.equal(tenant('x'.repeat(2000)).length, 512);
  assert.equal(named('app-{level}', { level: 'a/b' }), 'app-a-b');
});

test('a template without text before what an event says is refused, and one for a day or a process', () => {
  const refused: [template: string, message: RegExp][] = [
    ['{level}', /text before the first \{level\}/],
    ['{field:tenant}/app', /text before the first/],
    ['{hostname}{field:tenant}', /text before the first/],
    ['app-{date}', /without \{date\}.*logStreamName takes it/],
    ['app-{hour}', /without \{hour\}/],
    ['app-{pid}', /without \{pid\}/],
    ['app-{instance}', /without \{instance\}/],
    ['aws/{level}', /does not start with "aws\/"/],
    ['my app-{level}', /1 to 512 of the characters/],
    ['app-{user}', /a template of text and .*got "\{user\}"/],
    ['app-{level', /braces are closed/],
    ['x'.repeat(513), /1 to 512/],
  ];
  for (const [logGroupName, message] of refused) {
    assert.throws(() => new Publisher({ logGroupName }), { code: 'CLOUDWATCH_LOGS_INVALID_OPTION', message });
  }
});

test('what a function returns becomes a name that CloudWatch Logs takes', () => {
  assert.equal(sanitizeGroupName('/a/b c*'), '/a/b-c-');
  assert.equal(sanitizeGroupName('aws/lambda'), 'aws-lambda');
  assert.equal(sanitizeGroupName(''), undefined);
});

test('of the rules for a setting the longest prefix counts', () => {
  const options = {
    retentionInDays: [
      { prefix: '', value: 30 },
      { prefix: 'app-error', value: 365 },
      { prefix: 'app-', value: 7 },
    ],
    logGroupClass: [{ prefix: 'app-debug', value: 'INFREQUENT_ACCESS' }],
    kmsKeyId: 'arn:k',
  } as const;
  const of = (name: string) => {
    const { retentionInDays, logGroupClass, kmsKeyId } = groupSettings(options, name);
    return [retentionInDays, logGroupClass, kmsKeyId];
  };
  assert.deepEqual(of('app-error'), [365, undefined, 'arn:k']);
  assert.deepEqual(of('app-debug'), [7, 'INFREQUENT_ACCESS', 'arn:k']);
  assert.deepEqual(of('other'), [30, undefined, 'arn:k']);
});

test('a rule that is wrong is named', () => {
  const wrong: [rules: unknown, message: RegExp][] = [
    [[], /"retentionInDays" must be a list of rules/],
    [[7], /"retentionInDays\[0\]" must be a rule/],
    [[{ prefix: 'a', days: 7 }], /Unknown option "retentionInDays\[0\]\.days"/],
    [[{ value: 7 }], /"retentionInDays\[0\]\.prefix" must be the beginning/],
    [[{ prefix: 'a', value: 2 }], /"retentionInDays\[0\]\.value" must be one of 1, 3/],
    [[{ prefix: 'a' }], /"retentionInDays\[0\]\.value" must be one of/],
    [
      [
        { prefix: 'a', value: 7 },
        { prefix: 'a', value: 30 },
      ],
      /"retentionInDays\[1\]\.prefix" must be one that no other/,
    ],
  ];
  for (const [retentionInDays, message] of wrong) {
    const options = { logGroupName: 'app', retentionInDays } as PublisherOptions;
    assert.throws(() => new Publisher(options), { message });
  }
});

function setUp(options: Partial<PublisherOptions>, service: Partial<ServiceOptions> = {}) {
  const clock = new VirtualClock();
  const sink = new SimulatedService(clock, { tokens: 'ignored', ...service });
  const publisher = new Publisher(
    { logGroupName: 'app-{level}', logStreamName: 's', ...options },
    { clock, random: () => 0.5, sink, guardExit: false },
  );
  const warnings: Warning[] = [];
  publisher.on('warn', (warning) => warnings.push(warning));
  const publish = (context: EventContext, message = 'm') =>
    publisher.publish({ timestamp: clock.now(), message }, context);
  return { clock, sink, publisher, publish, warnings };
}

test('a group that an event names is created before anything is put, with its own retention', async () => {
  const { clock, sink, publisher, publish } = setUp({
    retentionInDays: [
      { prefix: 'app-', value: 7 },
      { prefix: 'app-error', value: 365 },
    ],
  });
  publish({ level: 'debug' });
  publish({ level: 'error' });
  await clock.until(publisher.close());
  assert.equal(sink.events('app-debug', 's').length, 1);
  assert.equal(sink.events('app-error', 's').length, 1);
  assert.deepEqual(sink.retentions.toSorted(), [
    ['app-debug', 7],
    ['app-error', 365],
  ]);
  assert.equal(sink.puts, 2, 'no put was made in vain');
  assert.equal(publisher.stats().lastError, undefined);
});

test('where creating is denied, events go to groups that are there, and others wait with a warning', async () => {
  const { clock, sink, publisher, publish, warnings } = setUp({}, { create: 'denied' });
  sink.add('app-info', 's');
  publish({ level: 'info' });
  publish({ level: 'error' });
  await clock.until(publisher.flush({ timeoutMs: 5_000 }));
  assert.equal(sink.events('app-info', 's').length, 1);
  assert.equal(publisher.stats().buffered, 1);
  assert.deepEqual(
    [...new Set(warnings.map(({ code, logGroupName }) => `${code} ${logGroupName}`))],
    ['permission app-error'],
  );
  await clock.until(publisher.close({ timeoutMs: 0 }));
});

test('a client that names groups at will gets a hundred, and nothing of the rest is lost', async () => {
  const { clock, sink, publisher, publish, warnings } = setUp({ logGroupName: '/tenants/{field:tenant}' });
  for (let i = 0; i < 250; i++) publish({ fields: { tenant: `t${i}` } });
  for (let i = 0; i < 250; i++) publish({ fields: () => ({ tenant: `t${i}` }) });
  publish({ fields: { tenant: '#other' } });
  await clock.until(publisher.close({ timeoutMs: 600_000 }));
  assert.equal(publisher.stats().delivered, 501);
  assert.equal(sink.groups.size, 100);
  assert.equal(sink.events('/tenants/t98', 's').length, 2);
  assert.equal(sink.events('/tenants/#other', 's').length, 303);
  const told = warnings.filter(({ code }) => code === 'group-name');
  assert.equal(told.length, 1);
  assert.match(told[0].message, /more than 100 log groups.*"\/tenants\/#other"/);
  assert.doesNotMatch(told[0].message, /t99/);
});

test('a function chooses the group; what it throws is told, and its event is kept', async () => {
  const { clock, sink, publisher, publish, warnings } = setUp({
    logGroupName: ({ level, message }) => {
      if (message === 'throw') throw new TypeError('SECRET');
      return message === 'none' ? (undefined as unknown as string) : `/fn/${level}`;
    },
    retentionInDays: 30,
  });
  assert.equal(publisher.needsContext, true);
  publish({ level: 'warn' });
  publish({ level: 'warn' }, 'throw');
  publish({ level: 'warn' }, 'none');
  await clock.until(publisher.close());
  assert.equal(sink.events('/fn/warn', 's').length, 1);
  assert.equal(sink.events('unnamed-log-group', 's').length, 2);
  assert.deepEqual(sink.retentions.map(([group]) => group).toSorted(), ['/fn/warn', 'unnamed-log-group']);
  const [told] = warnings;
  assert.match(told.message, /logGroupName threw TypeError; the log group "unnamed-log-group" is used/);
  assert.doesNotMatch(told.message, /SECRET/);
});

test('streams of groups that are idle are let go, and come back', async () => {
  const { clock, sink, publisher, publish } = setUp({
    logGroupName: 'g-{level}',
    logStreamName: '{field:s}',
  });
  for (let i = 0; i < 1000; i++) publish({ level: `l${i % 20}`, fields: { s: `s${i}` } });
  await clock.until(publisher.flush({ timeoutMs: 600_000 }));
  await clock.advance(120_000);
  assert.equal(publisher.stats().streams, 1000);
  publish({ level: 'new', fields: { s: 's' } });
  assert.equal(publisher.stats().streams, 64 + 1, 'the first keep their place');
  publish({ level: 'l3', fields: { s: 's3' } });
  await clock.until(publisher.close({ timeoutMs: 600_000 }));
  assert.equal(sink.events('g-l3', 's3').length, 2);
  assert.equal(publisher.stats().delivered, 1002);
});
