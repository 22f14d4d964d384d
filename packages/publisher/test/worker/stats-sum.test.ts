import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Publisher, type PublisherStats } from '../../src/index.ts';
import { lostEvents, sumFlushResults, sumStats } from '../../src/worker/stats-sum.ts';

function stats(change: Partial<PublisherStats>): PublisherStats {
  const publisher = new Publisher({ logGroupName: 'g' });
  const nothing = publisher.stats();
  void publisher.close();
  return { ...nothing, ...change };
}

describe('counters of several publishers', () => {
  it('are added up, each under its reason, with the newest error', () => {
    const a = stats({ received: 5, delivered: 3, lastError: { name: 'Old', message: '', at: 1 } });
    const b = stats({
      received: 7,
      delivered: 4,
      dropped: { ...a.dropped, overflow: 2 },
      rejected: { ...a.rejected, tooOld: 1 },
      lastError: { name: 'New', message: '', at: 2 },
    });
    for (const sum of [sumStats([a, b]), sumStats([b, a])]) {
      assert.ok(sum);
      assert.equal(sum.received, 12);
      assert.equal(sum.delivered, 7);
      assert.equal(sum.dropped.overflow, 2);
      assert.equal(sum.rejected.tooOld, 1);
      assert.equal(sum.lastError?.name, 'New');
      assert.equal(lostEvents(sum), 3);
    }
  });

  it('name some log streams of each, and each of them once', () => {
    const streams = (name: string, count: number) =>
      Array.from({ length: count }, (_, i) => ({ logGroupName: name, logStreamName: `${i}` }));
    const [a, b] = [streams('a', 10), streams('b', 2)];
    const sum = sumStats([stats({ recentStreams: a }), stats({ recentStreams: b })]);
    assert.deepEqual(sum?.recentStreams, [a[0], b[0], a[1], b[1], ...a.slice(2, 8)]);
    const same = sumStats([stats({ recentStreams: b }), stats({ recentStreams: b })]);
    assert.deepEqual(same?.recentStreams, b);
  });

  it('have the figures of all their spools, also when the first has none', () => {
    const figures = { corruptFrames: 0, tornBytes: 0, droppedSegments: 0, writes: 7, fsyncs: 3 };
    const none = stats({});
    const small = stats({ spool: { ...figures, segments: 1, bytes: 100, events: 10 } });
    const large = stats({ spool: { ...figures, segments: 2, bytes: 200, events: 20 } });
    assert.deepEqual(sumStats([none, small, none, large])?.spool, {
      ...figures,
      writes: 14,
      fsyncs: 6,
      segments: 3,
      bytes: 300,
      events: 30,
    });
    assert.equal(sumStats([none, none])?.spool, undefined);
  });

  it('are none for none', () => {
    assert.equal(sumStats([]), undefined);
    assert.deepEqual(sumFlushResults([]), { delivered: 0, dropped: 0, pending: 0 });
  });
});
