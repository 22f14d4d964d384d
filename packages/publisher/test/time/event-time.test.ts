import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { eventTime } from '../../src/time/event-time.ts';

const NOW = Date.parse('2026-03-04T05:06:07.890Z');
const EARLIER = NOW - 5000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('the time of an event', () => {
  const instants: [what: string, told: unknown, time?: number][] = [
    ['milliseconds', EARLIER],
    ['part of a millisecond', EARLIER + 0.7],
    ['seconds', EARLIER / 1000],
    ['whole seconds', Math.floor(EARLIER / 1000), EARLIER - (EARLIER % 1000)],
    ['microseconds', EARLIER * 1000],
    ['nanoseconds', EARLIER * 1e6],
    ['milliseconds as text', String(EARLIER)],
    ['nanoseconds as text', `${EARLIER}000000`],
    ['a Date', new Date(EARLIER)],
    ['ISO 8601 in UTC', '2026-03-04T05:06:02.890Z'],
    ['nanoseconds in ISO 8601', '2026-03-04T05:06:02.890123456Z'],
    ['a comma', '2026-03-04T05:06:02,890Z'],
    ['RFC 3339 with a space and small letters', '2026-03-04 05:06:02.890z'],
    ['a zone', '2026-03-04T14:06:02.890+09:00'],
    ['a zone without a colon', '2026-03-04T00:06:02.890-0500'],
    ['a zone of hours', '2026-03-04T06:06:02.890+01'],
    ['half an hour', '2026-03-04T10:36:02.890+05:30'],
    ['no fraction', '2026-03-04T05:06:02Z', EARLIER - 890],
    ['no seconds', '2026-03-04T05:06Z', NOW - 7890],
    ['13 days ago', NOW - 13 * DAY_MS, NOW - 13 * DAY_MS],
    ['an hour ahead', NOW + HOUR_MS, NOW + HOUR_MS],
  ];
  for (const [what, told, time = EARLIER] of instants) {
    it(`is what the record tells: ${what}`, () => {
      for (const isOwn of [false, true]) assert.equal(eventTime(told, NOW, isOwn), time);
    });
  }

  const others: [what: string, told: unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['an empty text', ''],
    ['a word', 'yesterday'],
    ['a day that no calendar has', '2026-02-31T05:06:02Z'],
    ['a leap second', '2026-03-04T05:06:60Z'],
    ['a duration', 12],
    ['a duration in microseconds', 1_500_000],
    ['a duration in nanoseconds', 1_500_000_000],
    ['a fraction', 0.25],
    ['zero', 0],
    ['below zero', -5],
    ['no number', Number.NaN],
    ['without end', Number.POSITIVE_INFINITY],
    ['digits of a date', 20_260_304],
    ['digits of a time', '20260304050607'],
    ['seconds of long ago', Math.floor(NOW / 1000) - 20 * 86_400],
    ['an invalid Date', new Date(Number.NaN)],
    ['an object', { time: NOW }],
    ['an array', [NOW]],
    ['a flag', true],
    ['a bigint', 5n],
    ['ISO 8601 without a zone', '2026-03-04T05:06:02.890'],
    ['a date and a time of somewhere', '2026-03-04 14:06:02'],
    ['a date alone', '2026-03-04'],
    ['toLocaleString() in Tokyo', '2026/3/4 14:06:02'],
    ['toLocaleString() in New York', '3/4/2026, 12:06:02 AM'],
    ['the day first', '04/03/2026 05:06:02'],
    ['the day first, with dots', '4.3.2026, 06:06:02'],
    ['a time of day', '05:06:02Z'],
    ['a 13th month', '2026-13-04T05:06:02Z'],
    ['a 25th hour', '2026-03-04T25:06:02Z'],
  ];
  for (const [what, told] of others) {
    it(`is that of arrival where the record tells none: ${what}`, () => {
      for (const isOwn of [false, true]) assert.equal(eventTime(told, NOW, isOwn), NOW);
    });
  }

  it('is that of arrival where CloudWatch Logs would reject another, unless the logger writes it there', () => {
    for (const outside of [NOW - 15 * DAY_MS, NOW + 3 * HOUR_MS]) {
      for (const told of [outside, new Date(outside), new Date(outside).toISOString()]) {
        assert.equal(eventTime(told, NOW), NOW);
        assert.equal(eventTime(told, NOW, true), outside);
      }
    }
  });

  it('does not depend on the zone of this machine', () => {
    const zone = process.env.TZ;
    try {
      for (process.env.TZ of ['Asia/Tokyo', 'America/New_York', 'UTC']) {
        assert.equal(eventTime('2026-03-04T14:06:02.890+09:00', NOW), EARLIER);
        for (const text of ['2026-03-04T05:06:02.890', '2026/3/4 14:06:02', '04/03/2026 05:06:02'])
          assert.equal(eventTime(text, NOW, true), NOW);
      }
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });
});
