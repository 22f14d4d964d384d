import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Uplink } from '../../src/cloudwatch/uplink.ts';
import { seededRandom } from '../support/simulation.ts';

const TIMEOUT_MS = 15_000;
const MOST = 1_048_576;

/** Puts batches as large as they may be. @returns the bytes of each that got through, 0 for one that did not */
function upload(uplink: Uplink, puts: number, msOf: (bytes: number) => number): number[] {
  return Array.from({ length: puts }, () => {
    const bytes = uplink.maxBytes;
    const ms = msOf(bytes);
    if (ms > TIMEOUT_MS * uplink.patience(bytes)) {
      uplink.timedOut(bytes);
      return 0;
    }
    uplink.answered(bytes, ms);
    return bytes;
  });
}

for (const bytesPerSecond of [4_000, 16_000, 70_000, 200_000]) {
  test(`at ${bytesPerSecond} B/s batches shrink until an upload takes a third of the time, and stay there`, () => {
    const uplink = new Uplink(TIMEOUT_MS, MOST);
    const last = upload(uplink, 30, (bytes) => 40 + (bytes / bytesPerSecond) * 1000).slice(-10);
    for (const bytes of last) {
      const seconds = bytes / bytesPerSecond;
      assert.ok(bytes === 16_384 || (seconds > 2 && seconds < 5.1), `${seconds} s`);
    }
  });
}

test('a service that is slow, whatever is put, does not make batches small', () => {
  for (const latencyMs of [6000, 12_000]) {
    const uplink = new Uplink(TIMEOUT_MS, MOST);
    const random = seededRandom(1);
    upload(uplink, 200, () => latencyMs + random() * 100);
    assert.ok(uplink.maxBytes > MOST / 4, `${uplink.maxBytes}`);
  }
});

test('batches are large again when the uplink is fast again', () => {
  const uplink = new Uplink(TIMEOUT_MS, MOST);
  upload(uplink, 20, (bytes) => bytes / 10);
  assert.ok(uplink.maxBytes < 100_000);
  upload(uplink, 30, (bytes) => 40 + bytes / 1000);
  assert.equal(uplink.maxBytes, MOST);
});

test('one request that hangs on a fast uplink changes nothing', () => {
  const uplink = new Uplink(TIMEOUT_MS, MOST);
  uplink.answered(MOST, 200);
  uplink.timedOut(MOST);
  assert.equal(uplink.maxBytes, MOST);
  uplink.timedOut(MOST);
  assert.equal(uplink.maxBytes, MOST / 2);
});

test('a batch that has to go as it is gets more time, at most eight times as much', () => {
  const uplink = new Uplink(TIMEOUT_MS, MOST);
  const patience = Array.from({ length: 5 }, () => {
    uplink.timedOut(uplink.maxBytes);
    return uplink.patience(MOST);
  });
  assert.deepEqual(patience, [2, 4, 8, 8, 8]);
  assert.equal(uplink.patience(100), 1);
});
