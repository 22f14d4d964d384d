import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fullest } from '../../../src/stream/queue/fullest.ts';
import { seededRandom } from '../../support/simulation.ts';

test('of many streams that change all the time it finds one that holds nearly most', () => {
  const random = seededRandom(7);
  const fullest = new Fullest<{ heldBytes: number; droppableBytes: number; sizeClass: number }>();
  const streams = Array.from({ length: 300 }, () => ({ heldBytes: 0, droppableBytes: 0, sizeClass: -1 }));
  assert.equal(fullest.first(), undefined);
  for (let step = 0; step < 20_000; step++) {
    const stream = streams[Math.floor(random() * streams.length)];
    stream.heldBytes = Math.floor(random() ** 8 * 1e9) + 1;
    stream.droppableBytes = random() < 0.3 ? 0 : 1;
    fullest.moved(stream);
    const most = Math.max(
      ...streams.map(({ heldBytes, droppableBytes }) => (droppableBytes ? heldBytes : 0)),
    );
    const found = fullest.first()?.heldBytes ?? 0;
    assert.ok(found >= most * 0.8, `${found} of ${most}`);
    assert.equal(fullest.isAmongThem({ heldBytes: 0 }, Math.ceil(most * 1.2) + 1), true);
    if (most > 100) assert.equal(fullest.isAmongThem({ heldBytes: 0 }, most / 2), false);
  }
});
