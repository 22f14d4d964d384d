import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { PutFailure } from '../../src/cloudwatch/sink.ts';
import { pass, settledBy } from '../support/disk-pace.ts';
import { MortalProcess } from '../support/mortal-process.ts';
import { law, until } from '../support/publisher-fixture.ts';
import { SimulatedService, VirtualClock } from '../support/simulation.ts';
import { temporaryDirectory } from '../support/spool-fixture.ts';

// An event that is refused alone is judged by others of its stream. Where they are only on disk, they have to be read for
// that: nothing else of the stream would ever be put.

const UNREACHABLE: PutFailure = { ok: false, name: 'TimeoutError', message: 'no answer', bodySent: true };
const OTHERS = 30;

function scene(t: TestContext) {
  const clock = new VirtualClock();
  const service = new SimulatedService(clock, {
    tokens: 'enforced',
    refuses: ({ message }) => message.endsWith('poison'),
  }).add('g');
  const directory = temporaryDirectory(t);
  const begin = (mode: 'always' | 'overflow', maxBufferBytes: number) =>
    new MortalProcess(t, {
      clock,
      service,
      directory,
      mode,
      options: { logStreamName: ({ message }) => message.split(' ')[0], maxBufferBytes },
    });
  const publish = ({ publisher }: MortalProcess, message: string) =>
    publisher.publish({ timestamp: clock.now(), message });
  const put = service.put.bind(service);
  /** The first put hangs until it is called. */
  const hang = async (first: string, process: MortalProcess): Promise<() => void> => {
    let letThrough = () => {};
    const isLetThrough = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    let isUnderWay = false;
    service.put = async (...args) => {
      isUnderWay = true;
      await isLetThrough;
      return put(...args);
    };
    publish(process, first);
    void process.publisher.flush();
    await until(() => isUnderWay);
    service.put = put;
    return letThrough;
  };
  const flushed = async ({ publisher }: MortalProcess) => {
    await settledBy(clock, publisher.flush({ timeoutMs: 1e12 }), () => JSON.stringify(publisher.stats()));
    law(publisher.stats());
  };
  return { clock, service, begin, publish, hang, flushed, put };
}

for (const mode of ['always', 'overflow'] as const) {
  test(`mode '${mode}': a process died while it put one bad event, and left others behind it`, async (t) => {
    const { service, begin, publish, hang, flushed } = scene(t);
    const first = begin('always', 1024 * 1024);
    await first.spool.ready;
    await hang('a poison', first);
    for (let n = 0; n < OTHERS; n++) publish(first, `a ${n}`);
    await first.spool.flush();
    first.kill();

    const next = begin(mode, 1024 * 1024);
    await next.spool.ready;
    await flushed(next);
    assert.equal(next.publisher.stats().dropped.poison, 1);
    assert.deepEqual(
      service.events('g', 'a').map(({ message }) => message),
      Array.from({ length: OTHERS }, (_, n) => `a ${n}`),
    );
  });
}

test('a bad event is put alone while another stream has the memory, and what follows it is on disk', async (t) => {
  const { clock, service, begin, publish, hang, flushed, put } = scene(t);
  const process = begin('overflow', 64 * 1024);
  await process.spool.ready;
  const letThrough = await hang('a poison', process);
  for (let n = 0; n < 100; n++) publish(process, `b ${n} ${'.'.repeat(1000)}`);
  for (let n = 0; n < OTHERS; n++) publish(process, `a ${n}`);
  assert.ok(process.publisher.stats().spooled >= OTHERS);
  service.put = (target, ...rest) =>
    target.logStreamName === 'b' ? Promise.resolve(UNREACHABLE) : put(target, ...rest);
  letThrough();
  const end = Date.now() + 30_000;
  while (Date.now() < end && service.events('g', 'a').length < OTHERS) await pass(clock, 500);
  assert.equal(service.events('g', 'a').length, OTHERS);
  service.put = put;
  await flushed(process);
  assert.equal(process.publisher.stats().dropped.poison, 1);
});
