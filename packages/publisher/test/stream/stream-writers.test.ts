import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Warning } from '../../src/accounts/events.ts';
import { Publisher } from '../../src/publisher.ts';
import { SimulatedService, VirtualClock } from '../support/simulation.ts';

test('more new streams in a minute than an account may create are told once, with the template', async () => {
  const clock = new VirtualClock();
  const publisher = new Publisher(
    { logGroupName: 'group', logStreamName: 'user-{field:id}' },
    { clock, sink: new SimulatedService(clock).add('group'), guardExit: false, silent: true },
  );
  const warnings: Warning[] = [];
  publisher.on('warn', (warning) => warnings.push(warning));
  const log = (id: number) =>
    publisher.publish({ timestamp: clock.wallTime(), message: 'x' }, { fields: { id } });
  for (let id = 0; id < 2999; id++) log(id);
  assert.equal(warnings.length, 0);
  for (let id = 2999; id < 4000; id++) log(id);
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ['stream-name'],
  );
  assert.match(warnings[0].message, /3000 log streams .* "user-\{field:id\}"/);
  await clock.until(publisher.close({ timeoutMs: 0 }));
});
