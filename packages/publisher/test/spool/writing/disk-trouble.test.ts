import assert from 'node:assert/strict';
import test, { mock } from 'node:test';

// Timers are taken when the module is loaded.
mock.timers.enable({ apis: ['setTimeout'] });
const { DiskTrouble } = await import('../../../src/spool/writing/disk-trouble.ts');

/** Seconds after which a disk is tried that goes on failing with `code`. */
async function triesWithin(seconds: number, code: string): Promise<number[]> {
  let now = 0;
  const tries: number[] = [];
  const tryDisk = () => {
    tries.push(now);
    return Promise.reject(new Error(code));
  };
  const trouble = new DiskTrouble('/spool', 1000, tryDisk, () => {});
  trouble.begin(Object.assign(new Error(code), { code }));
  for (; now < seconds; ) {
    now += 0.25;
    mock.timers.tick(250);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await trouble.close();
  return tries;
}

test('a full disk is tried twice a second however long it is full, so that room is used within a second', async () => {
  for (const code of ['ENOSPC', 'EDQUOT']) {
    const tries = await triesWithin(120, code);
    assert.equal(tries.length, 240);
    assert.ok(tries.every((at, index) => at === (index + 1) / 2));
  }
});

test('other trouble with the disk is tried again at growing intervals', async () => {
  assert.deepEqual(await triesWithin(130, 'EACCES'), [1, 3, 7, 15, 31, 63, 123]);
});
