import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_TOKEN } from '../../src/batch/put-history.ts';
import { type RescueReport, readReports, reportOn } from '../../src/exit/rescue-report.ts';

const TOKEN = { ...NO_TOKEN, value: '1' };

test('a batch of which nothing was told was not put', () => {
  assert.deepEqual(readReports([]), { fates: new Map(), isSettled: false, putUnder: undefined });
});

test('a batch whose answer never came may be stored under the token of its last put', () => {
  const told: RescueReport[] = [
    ['putting', 0, TOKEN],
    ['putting', 0, NO_TOKEN],
  ];
  assert.deepEqual(readReports(told), { fates: new Map(), isSettled: false, putUnder: NO_TOKEN });
});

test('a batch is settled when each of its halves is, and no token stands for all of it', () => {
  const told: RescueReport[] = [];
  const observer = reportOn(3, (report) => told.push(report));
  observer.putting?.(TOKEN);
  observer.finished(2);
  observer.putting?.(TOKEN);
  observer.settled('delivered', 4);
  observer.finished(0);
  assert.equal(readReports(told).isSettled, false);
  observer.settled('poison', 1);
  observer.settled('delivered', 2);
  observer.finished(0);
  assert.deepEqual(readReports(told), {
    fates: new Map([
      ['delivered', 6],
      ['poison', 1],
    ]),
    isSettled: true,
    putUnder: undefined,
  });
  assert.ok(told.every(([, batch]) => batch === 3));
});

test('what the thread had no time for is not settled', () => {
  const told: RescueReport[] = [
    ['putting', 0, TOKEN],
    ['settled', 0, 'shutdown', 5],
    ['finished', 0, 0],
  ];
  assert.deepEqual(readReports(told), { fates: new Map(), isSettled: false, putUnder: TOKEN });
});
