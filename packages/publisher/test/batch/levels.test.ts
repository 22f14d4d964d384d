import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Levels, lowestFirst } from '../../src/batch/levels.ts';

test('usual names of pino, winston and syslog have their order, however they are written', () => {
  const levels = new Levels();
  const severities = [
    'silly',
    'TRACE',
    'debug',
    'verbose',
    'http',
    'Info',
    'notice',
    'warning',
    'error',
    'crit',
  ]
    .concat(['alert', 'fatal', 'emerg'])
    .map((level) => levels.severityOf(levels.numberOf({ level })));
  assert.deepEqual(
    severities,
    severities.toSorted((a, b) => a - b),
  );
  assert.equal(new Set(severities).size, severities.length);
});

test('a severity that is given wins over the name, and does without one', () => {
  const levels = new Levels();
  assert.equal(levels.severityOf(levels.numberOf({ level: 'debug', severity: 90 })), 90);
  assert.equal(levels.severityOf(levels.numberOf({ level: 'audit', severity: 35 })), 35);
  const number = levels.numberOf({ severity: 45 });
  assert.deepEqual([levels.nameOf(number), levels.severityOf(number)], ['45', 45]);
});

test('no level, and a name that says nothing, are as severe as info', () => {
  const levels = new Levels();
  const info = levels.severityOf(levels.numberOf({ level: 'info' }));
  const odd = [undefined, {}, { level: 'blue' }, { level: '' }, { level: 'toString' }, { level: Number.NaN }];
  for (const context of [...odd, { level: { no: 'text' } }, { level: 'blue', severity: Number.NaN }])
    assert.equal(levels.severityOf(levels.numberOf(context as object)), info);
});

test('levels without end, as in lines of strangers, take no memory, and the nearest known one counts', () => {
  const levels = new Levels();
  for (let i = 0; i < 10_000; i++) levels.numberOf({ level: `level ${i}`.padEnd(1000), severity: i });
  assert.ok(levels.all.length <= 32);
  assert.ok(levels.all.every(({ level }) => level.length <= 64));
  assert.equal(levels.severityOf(levels.numberOf({ level: 'another', severity: 10 })), 10);
  for (const number of levels.all.keys()) assert.notEqual(1 << number, 0);
});

interface Held {
  readonly severity: number;
  readonly bytes: number;
}

const anyEvents = fc.array(
  fc.record({ severity: fc.integer({ min: 1, max: 6 }), bytes: fc.integer({ min: 1, max: 50 }) }),
  {
    maxLength: 60,
  },
);

function choose(events: readonly Held[], wanted: number, most?: number): boolean[] | undefined {
  const levels = new Levels();
  const numbers = events.map(({ severity }) => levels.numberOf({ severity }));
  const held = levels.all.map(() => 0);
  for (const [index, number] of numbers.entries()) held[number] += events[index].bytes;
  const goes = lowestFirst(levels, held, wanted, most);
  return goes && numbers.map((number, index) => goes(number, events[index].bytes));
}

test('nothing stays that is less severe than what goes, and of equal ones the oldest go', () => {
  fc.assert(
    fc.property(
      anyEvents,
      fc.integer({ min: 1, max: 500 }),
      fc.option(fc.integer({ min: 1, max: 6 })),
      (events, wanted, most) => {
        const chosen = choose(events, wanted, most ?? undefined) ?? events.map(() => false);
        for (const [gone, { severity }] of events.entries()) {
          if (!chosen[gone]) continue;
          if (most !== null) assert.ok(severity <= most, 'nothing goes for what is less severe');
          for (const [kept, other] of events.entries()) {
            if (chosen[kept]) continue;
            assert.ok(other.severity >= severity);
            if (other.severity === severity) assert.ok(kept > gone);
          }
        }
      },
    ),
  );
});

test('as much goes as is wanted where there is as much, and not much more', () => {
  fc.assert(
    fc.property(anyEvents, fc.integer({ min: 1, max: 500 }), (events, wanted) => {
      const chosen = choose(events, wanted) ?? [];
      const all = events.reduce((sum, { bytes }) => sum + bytes, 0);
      const gone = events.reduce((sum, { bytes }, index) => sum + (chosen[index] ? bytes : 0), 0);
      assert.ok(gone >= Math.min(all, Math.max(wanted, all / 16)));
      assert.ok(gone < Math.max(wanted, all / 16) + 50);
    }),
  );
});

test('where hardly anything may go, only what is less severe does: no line has all of them looked through for one', () => {
  const errors = Array.from({ length: 100 }, () => ({ severity: 5, bytes: 10 }));
  const infos = [{ severity: 3, bytes: 10 }];
  const debugs = [{ severity: 2, bytes: 10 }];
  assert.equal(choose([...infos, ...errors], 10, 3), undefined);
  assert.deepEqual(choose([...infos, ...debugs, ...errors], 10, 3)?.slice(0, 3), [false, true, false]);
});
