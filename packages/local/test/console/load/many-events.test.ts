// timeout: 600 s
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { startLocal } from '../../../src/index.ts';
import { call } from '../../endpoint.ts';
import { noBrowser, openConsole } from '../chromium.ts';

const STREAMS = 10;
const BATCH = 10_000;

/** How long the page kept its user waiting while `action` ran: the longest, and what 95 of 100 waits were below. In ms. */
async function waits(page: Page, action: () => Promise<void>): Promise<{ longest: number; usual: number }> {
  // Texts, since the compiler of the tests puts names into functions that the page does not know.
  await page.evaluate(`{
    let last = performance.now();
    globalThis.waits = [];
    globalThis.measuring = setInterval(() => {
      waits.push(performance.now() - last - 20);
      last = performance.now();
    }, 20);
  }`);
  await action();
  const all = (await page.evaluate('clearInterval(measuring), waits')) as number[];
  all.sort((a, b) => a - b);
  return { longest: all.at(-1) ?? 0, usual: all[Math.floor(all.length * 0.95)] ?? 0 };
}

describe('many events in the browser', { skip: noBrowser }, () => {
  test('a million events are browsed from the newest to the oldest, and a rare one is found', async (t) => {
    const local = await startLocal({ maxBytes: 1024 * 1024 * 1024 });
    t.after(() => local.close());
    local.createLogGroup('app');
    const start = Date.now() - 1_000_000;
    for (let stream = 0; stream < STREAMS; stream++) local.createLogStream('app', `web-${stream}`);
    for (let batch = 0; batch < 1_000_000 / BATCH; batch++) {
      const logEvents = Array.from({ length: BATCH }, (_, index) => {
        const number = batch * BATCH + index;
        return {
          timestamp: start + number,
          message: number === 123_456 ? 'the needle' : `event ${number} of many`,
        };
      });
      const target = { logGroupName: 'app', logStreamName: `web-${batch % STREAMS}` };
      assert.equal((await call(local, 'PutLogEvents', { ...target, logEvents })).status, 200);
    }
    assert.equal(local.stats().events, 1_000_000);

    const { page, problems } = await openConsole(t, local);
    await page.getByText('event 999999 of many').waitFor();
    await page.getByRole('img', { name: /events by time/ }).waitFor();
    const list = page.getByRole('listbox');
    const { longest, usual } = await waits(page, async () => {
      for (let round = 0; round < 20; round++) await list.evaluate((element) => element.scrollBy(0, -3000));
    });
    assert.ok((await page.locator('.row').count()) < 150);
    assert.ok(usual < 500, `${usual} ms without an answer`);
    t.diagnostic(`the page answered within ${Math.round(usual)} ms, at most ${Math.round(longest)} ms`);
    await page.keyboard.press('g');
    await page.getByText('event 0 of many').waitFor();
    await list.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await page.getByText('event 499 of many').waitFor();
    await page.keyboard.press('Shift+G');
    await page.getByText('event 999999 of many').waitFor();
    await page.getByLabel('Filter pattern').fill('needle');
    await page.getByText('the needle').waitFor();
    assert.equal(await page.locator('.row').count(), 1);
    assert.deepEqual(problems, []);
  });

  test('the tail keeps up with 5,000 events a second', async (t) => {
    const local = await startLocal();
    t.after(() => local.close());
    local.createLogGroup('app');
    local.createLogStream('app', 'web');
    const target = { logGroupName: 'app', logStreamName: 'web' };
    const put = (from: number, length: number) =>
      call(local, 'PutLogEvents', {
        ...target,
        logEvents: Array.from({ length }, (_, index) => ({
          timestamp: Date.now(),
          message: JSON.stringify({
            level: 30,
            msg: `event #${from + index};`,
            req: { url: '/a/b', id: from + index },
          }),
        })),
      });
    await put(0, 10);
    const { page, problems } = await openConsole(t, local);
    await page.getByText('#9;').waitFor();
    let sent = 10;
    const { longest, usual } = await waits(page, async () => {
      for (let second = 0; second < 5; second++) {
        const ends = performance.now() + 1000;
        for (let part = 0; part < 10; part++) {
          await put(sent, 500);
          sent += 500;
        }
        // The page answers while events come in.
        await page.getByRole('button', { name: 'error', exact: true }).hover();
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, ends - performance.now())));
      }
    });
    await page.getByText(`#${sent - 1};`).waitFor();
    assert.ok(usual < 500, `${usual} ms without an answer`);
    t.diagnostic(`the page answered within ${Math.round(usual)} ms, at most ${Math.round(longest)} ms`);
    assert.ok((await page.locator('.row').count()) < 150);
    // Searching counts the same as was sent: none is lost, whatever the tail could show.
    assert.equal(local.stats().events, sent);
    assert.deepEqual(problems, []);
  });
});
