import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Levels, type Question } from 'cloudwatch-logs-publisher/worker';
import fc from 'fast-check';
import { HandOver, type Lines } from '../../src/worker/hand-over.ts';

/** A worker that takes nothing before it is told to, and keeps what it is sent. */
class Worker {
  readonly sent: (Lines | Question)[] = [];
  taken = 0;

  send(lines: Lines): void {
    this.sent.push(structuredClone(lines));
  }

  ask(question: Question): void {
    this.sent.push(question);
  }

  waitForTaken(): boolean {
    return true;
  }

  /** The lines that came, with their contexts and levels, and the ids of the questions between them. */
  get received(): string[] {
    return this.sent.flatMap((one) => {
      if ('id' in one) return `? ${one.id}`;
      let at = one.offset;
      return one.lengths.slice(one.from).map((length, index) => {
        const i = one.from + index;
        const text = Buffer.from(one.bytes).toString('utf8', at, at + length);
        at += length;
        const level = one.known[one.levels[i]]?.level;
        assert.equal(text.split(' ')[0], `${one.timestamps[i]}`);
        if (one.contexts.length > 0) assert.deepEqual(one.contexts[i], [`context ${one.timestamps[i]}`]);
        return `${text.split(' ')[0]} ${level}`;
      });
    });
  }
}

const NAMES = ['debug', 'info', 'error'];

describe('lines for a worker, with drop-lowest', () => {
  it('stay whole and in order, with what belongs to them', () => {
    const step = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          name: fc.constantFrom(...NAMES),
          bytes: fc.constantFrom(3, 30, 300, 700),
          count: fc.nat(20),
        }),
      },
      { weight: 1, arbitrary: fc.constant('ask' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.boolean(), (steps, hasContext) => {
        const levels = new Levels();
        let dropped = 0;
        const handOver = new HandOver(8192, 'drop-lowest', levels, (events, bytes, counts) => {
          dropped += events;
          assert.ok(bytes > 0);
          assert.equal(
            Object.values(counts ?? {}).reduce((sum, one) => sum + one, 0),
            events,
          );
        });
        const expected: string[] = [];
        let number = 0;
        let refused = 0;
        for (const one of steps) {
          if (one === 'ask') {
            handOver.ask({ id: `${++number}` });
            expected.push(`? ${number}`);
            continue;
          }
          for (let i = 0; i < one.count; i++) {
            const text = `${++number} é${'x'.repeat(one.bytes)}`;
            const level = levels.numberOf({ level: one.name });
            const isTaken = handOver.add(text, number, hasContext ? [`context ${number}`] : undefined, level);
            if (isTaken) expected.push(`${number} ${one.name}`);
            else refused++;
            assert.ok(handOver.bytes <= 8192);
          }
        }
        const lines = expected.filter((line) => !line.startsWith('?')).length;
        assert.equal(handOver.events, lines - dropped);
        const worker = new Worker();
        handOver.connect(worker);
        handOver.all();
        const { received } = worker;
        assert.deepEqual(
          received,
          expected.filter((line) => received.includes(line)),
          'in order, and questions behind the lines that came before them',
        );
        assert.equal(received.filter((line) => line.startsWith('?')).length, expected.length - lines);
        if (dropped + refused === 0) assert.deepEqual(received, expected);
      }),
      { numRuns: 200 },
    );
  });

  it('of which hardly any are left take little memory', () => {
    const levels = new Levels();
    const handOver = new HandOver(1_000_000, 'drop-lowest', levels, () => {});
    for (let i = 0; i < 100_000; i++) {
      const level = levels.numberOf({ level: i % 200 === 0 ? 'error' : 'debug' });
      handOver.add(`${i} ${'x'.repeat(200)}`, i, undefined, level);
    }
    const worker = new Worker();
    handOver.connect(worker);
    handOver.all();
    const memory = worker.sent.reduce((sum, one) => sum + ('bytes' in one ? one.bytes.byteLength : 0), 0);
    assert.ok(memory < 2_500_000, `${memory} bytes for less than a million`);
    assert.equal(worker.received.filter((line) => line.endsWith('error')).length, 500);
  });
});
