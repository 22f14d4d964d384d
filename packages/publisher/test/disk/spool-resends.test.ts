import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { PutFailure } from '../../src/cloudwatch/sink.ts';
import { pass, settledBy } from '../support/disk-pace.ts';
import { MortalProcess } from '../support/mortal-process.ts';
import { law, until } from '../support/publisher-fixture.ts';
import { SimulatedService, VirtualClock } from '../support/simulation.ts';
import { temporaryDirectory } from '../support/spool-fixture.ts';

const MEMORY_BYTES = 2 * 1024 * 1024;
const BATCH_BYTES = 600 * 1024;
const DENIED: PutFailure = { ok: false, name: 'AccessDeniedException', message: 'no', bodySent: true };

/** Processes whose streams are the first words of the messages; each dies with a put of every stream under way. */
function scene(t: TestContext) {
  const clock = new VirtualClock();
  const service = new SimulatedService(clock, { tokens: 'enforced' }).add('g');
  const directory = temporaryDirectory(t);
  const put = service.put.bind(service);
  const begin = (): MortalProcess =>
    new MortalProcess(t, {
      clock,
      service,
      directory,
      mode: 'always',
      options: {
        logStreamName: ({ message }) => message.split(' ')[0],
        maxBufferBytes: MEMORY_BYTES,
        maxRequests: 10,
      },
    });
  return {
    clock,
    service,
    begin,
    publish: ({ publisher }: MortalProcess, message: string) =>
      publisher.publish({ timestamp: clock.now(), message }),
    /** Puts on these streams are refused. */
    refuse: (isRefused: (stream: string) => boolean) => {
      service.put = (target, ...rest) =>
        isRefused(target.logStreamName) ? Promise.resolve(DENIED) : put(target, ...rest);
    },
    /** A process that dies while it puts an event on each of these streams. */
    async leave(streams: readonly string[]): Promise<void> {
      let under = 0;
      service.put = () => {
        under += 1;
        return new Promise(() => {});
      };
      const process = begin();
      await process.spool.ready;
      for (const stream of streams) {
        process.publisher.publish({
          timestamp: clock.now(),
          message: `${stream} left ${'.'.repeat(BATCH_BYTES)}`,
        });
      }
      void process.publisher.flush();
      await until(() => under === streams.length);
      process.kill();
      service.put = put;
    },
  };
}

test('what an earlier process was about to put on a stream that fails does not hold up other streams', async (t) => {
  const { clock, service, begin, publish, refuse, leave } = scene(t);
  await leave(['bad', 'well', 'fine']);
  refuse((stream) => stream === 'bad');
  const next = begin();
  await next.spool.ready;
  for (const stream of ['bad', 'well', 'fine']) publish(next, `${stream} new`);
  const stored = (stream: string) => service.events('g', stream).map(({ message }) => message.split(' ')[1]);
  const end = Date.now() + 30_000;
  while (Date.now() < end && (stored('well').length < 2 || stored('fine').length < 2)) await pass(clock, 500);
  assert.deepEqual(
    [stored('well'), stored('fine')],
    [
      ['left', 'new'],
      ['left', 'new'],
    ],
  );
  assert.deepEqual(stored('bad'), []);
  law(next.publisher.stats());
  refuse(() => false);
  await settledBy(clock, next.publisher.flush({ timeoutMs: 1e12 }));
  assert.deepEqual(stored('bad'), ['left', 'new']);
  law(next.publisher.stats());
});

test('while all streams fail, what earlier processes were about to put does not take all of the memory', async (t) => {
  const { clock, service, begin, refuse, leave } = scene(t);
  const streams = ['a', 'b', 'c', 'd', 'e', 'f'];
  for (const some of [streams.slice(0, 2), streams.slice(2, 4), streams.slice(4)]) await leave(some);
  refuse(() => true);
  const next = begin();
  await next.spool.ready;
  for (const end = Date.now() + 30_000; next.publisher.stats().buffered < 3 && Date.now() < end; ) {
    await pass(clock, 500);
  }
  await pass(clock, 10_000);
  const { buffered, inFlight, spooled } = next.publisher.stats();
  assert.deepEqual([buffered + inFlight, spooled], [3, 3]);
  refuse(() => false);
  await settledBy(clock, next.publisher.flush({ timeoutMs: 1e12 }));
  for (const stream of streams) assert.equal(service.events('g', stream).length, 1, stream);
  law(next.publisher.stats());
});
