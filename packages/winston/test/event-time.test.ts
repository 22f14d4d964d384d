import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventTime } from '../src/event-time.ts';

const now = Date.parse('2026-03-04T05:06:07.890Z');

describe('the time of an event', () => {
  it('is what a timestamp says in milliseconds, as a Date or as ISO 8601 with a zone', () => {
    const earlier = now - 5000;
    assert.equal(eventTime(earlier, now), earlier);
    assert.equal(eventTime(earlier + 0.7, now), earlier);
    assert.equal(eventTime(new Date(earlier), now), earlier);
    assert.equal(eventTime('2026-03-04T05:06:02.890Z', now), earlier);
    assert.equal(eventTime('2026-03-04T06:06:02.890+01:00', now), earlier);
  });

  it('is now when the timestamp says no time', () => {
    const none = [
      undefined,
      null,
      '',
      'yesterday',
      '12',
      Number.NaN,
      new Date(Number.NaN),
      {},
      [now],
      true,
      5n,
    ];
    for (const timestamp of none) assert.equal(eventTime(timestamp, now), now);
  });

  it('is now when the text has no zone, which may be that of another machine', () => {
    assert.equal(eventTime('2026-03-04T05:06:02.890', now), now);
    assert.equal(eventTime('2026-03-04 05:06:02', now), now);
  });

  it('is now when CloudWatch Logs would reject an event of that time', () => {
    const hour = 3_600_000;
    assert.equal(eventTime(now - 15 * 24 * hour, now), now);
    assert.equal(eventTime(now + 3 * hour, now), now);
    assert.equal(eventTime(now / 1000, now), now);
    assert.equal(eventTime(now - 13 * 24 * hour, now), now - 13 * 24 * hour);
  });
});
