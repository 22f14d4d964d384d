import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { PutFailure } from '../../src/cloudwatch/sink.ts';
import { pass, settledBy } from '../support/disk-pace.ts';
import { MortalProcess } from '../support/mortal-process.ts';
import { law, until } from '../support/publisher-fixture.ts';
import { SimulatedService, VirtualClock } from '../support/simulation.ts';
import { temporaryDirectory } from '../support/spool-fixture.ts';

// With mode 'always' each put is noted on disk before it is made. The next process takes what is noted for possibly stored,
// so that a put which stored nothing for certain has to be noted, too.

const REFUSED: PutFailure = { ok: false, name: 'ECONNREFUSED', message: 'connect', bodySent: false };
const THROTTLED: PutFailure = {
  ok: false,
  name: 'ThrottlingException',
  message: 'Rate exceeded',
  status: 400,
  bodySent: true,
};
const LOST: PutFailure = { ok: false, name: 'ECONNRESET', message: 'no answer', bodySent: true };

function scene(t: TestContext, tokens: 'ignored' | 'enforced' = 'ignored') {
  const clock = new VirtualClock();
  const service = new SimulatedService(clock, { tokens }).add('g', 's');
  const directory = temporaryDirectory(t);
  const put = service.put.bind(service);
  const begin = () => new MortalProcess(t, { clock, service, directory, mode: 'always' });
  return { clock, service, put, begin };
}

/**
 * A process that stores one event, and is killed while it waits to put the next one again.
 *
 * @param answers to the puts of that one
 */
async function dieAfter(
  { clock, service, put, begin }: ReturnType<typeof scene>,
  answers: readonly (PutFailure | 'stored, answer lost')[],
): Promise<void> {
  const process = begin();
  const { publisher, spool } = process;
  await spool.ready;
  publisher.publish({ timestamp: clock.now(), message: 'the one before' });
  await settledBy(clock, publisher.flush({ timeoutMs: 1e12 }));
  let puts = 0;
  service.put = async (...args) => {
    const answer = answers[puts++];
    assert.ok(answer, 'one put too many');
    if (answer === 'stored, answer lost') await put(...args);
    return typeof answer === 'object' ? answer : LOST;
  };
  publisher.publish({ timestamp: clock.now(), message: 'the event' });
  while (puts < answers.length) await pass(clock, 50);
  await until(() => publisher.stats().inFlight === 0);
  await spool.settled();
  process.kill();
  service.put = put;
}

for (const [what, answers, expected] of [
  ['no connection was ever made', [REFUSED, REFUSED, REFUSED], 0],
  ['the service refused each put', [THROTTLED, THROTTLED], 0],
  ['the first put may be stored, and later ones were never sent', [LOST, REFUSED, REFUSED], 1],
  ['a put may be stored', [REFUSED, LOST], 1],
  ['two puts may be stored', [LOST, LOST, REFUSED], 2],
] as const) {
  test(`${what}: the next process counts ${expected} possible duplicates (one for the note alone before)`, async (t) => {
    const scenery = scene(t);
    await dieAfter(scenery, answers);
    const { clock, service, begin } = scenery;
    const next = begin();
    await next.spool.ready;
    await settledBy(clock, next.publisher.flush({ timeoutMs: 1e12 }));
    const stats = next.publisher.stats();
    law(stats);
    assert.equal(stats.delivered, 1);
    assert.equal(stats.possibleDuplicates, expected);
    assert.equal(service.events('g', 's').length, 2);
  });
}

test('a put that was stored under its token, before one that was not sent, is found by the next process', async (t) => {
  const scenery = scene(t, 'enforced');
  await dieAfter(scenery, ['stored, answer lost', REFUSED]);
  const { clock, service, begin } = scenery;
  const { publisher, spool } = begin();
  await spool.ready;
  await settledBy(clock, publisher.flush({ timeoutMs: 1e12 }));
  const { delivered, possibleDuplicates, alreadyAccepted } = publisher.stats();
  assert.deepEqual([delivered, possibleDuplicates, alreadyAccepted], [1, 0, 1]);
  assert.equal(service.events('g', 's').length, 2);
});
