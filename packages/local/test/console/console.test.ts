// timeout: 600 s
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { call, endpoint, eventsOf, TARGET } from '../endpoint.ts';
import { findings } from './axe.ts';
import { noBrowser, openConsole, shownMessages } from './chromium.ts';

const put = (local: { endpoint: string }, ...messages: string[]) =>
  call(local, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(messages) });

describe('the rest of the console', { skip: noBrowser }, () => {
  test('a refused request is shown with the rule and the event that broke it', async (t) => {
    const local = await endpoint(t);
    const { page } = await openConsole(t, local, { query: '?tab=requests' });
    await page.getByText('No requests yet').waitFor();
    await put(local, 'fine');
    await put(local, 'fine', 'x'.repeat(1_048_576));
    await page.getByRole('cell', { name: 'InvalidParameterException' }).waitFor();
    assert.equal(await page.locator('tbody tr').count(), 2);
    await page.getByRole('button', { name: 'Not successful' }).click();
    assert.equal(await page.locator('tbody tr').count(), 1);
    await page.getByRole('cell', { name: 'InvalidParameterException' }).click();
    const detail = page.getByRole('complementary', { name: 'Request' });
    await detail.getByText('Log event too large: 1048602 bytes exceeds limit of 1048576').waitFor();
    await detail.getByText('The log event at index 1').waitFor();
    await detail.getByText('xxxxx', { exact: false }).waitFor();
  });

  test('a fault is switched on, counted, shared out and switched off', async (t) => {
    const local = await endpoint(t);
    const { page } = await openConsole(t, local, { query: '?tab=faults' });
    await page.getByRole('switch', { name: 'Throttling' }).click();
    await page.getByRole('switch', { name: 'Throttling', checked: true }).waitFor();
    assert.deepEqual(
      local.faults.list().map(({ fault }) => fault),
      [{ kind: 'throttle', probability: 0.5 }],
    );
    await page.getByLabel('Share of requests for Throttling').fill('100');
    await page.getByText('100 %').first().waitFor();
    // The page shows what was chosen before the endpoint has it, and counts anew from then on.
    while (local.faults.list()[0]?.fault.probability === 0.5) await page.evaluate('0');
    while ((await put(local, 'a')).status === 200);
    await page.getByText('1 times').waitFor();
    await page.getByText(/1 failed by a fault/).waitFor();
    await page.getByLabel('Faults as JSON').fill('[{"kind":"throtle"}]');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText(/did you mean 'throttle'/).waitFor();
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page.getByRole('switch', { name: 'Throttling', checked: false }).waitFor();
    assert.equal((await put(local, 'a')).status, 200);
  });

  test('a short outage cuts the page off and brings it back', async (t) => {
    const local = await endpoint(t);
    const { page } = await openConsole(t, local, { query: '?tab=faults' });
    await page.getByRole('button', { name: '5 s', exact: true }).click();
    await page.getByText('no connection').waitFor();
    assert.equal(local.listening, false);
    await page.getByText('no connection').waitFor({ state: 'detached', timeout: 30_000 });
    assert.equal(local.listening, true);
  });

  test('groups are made, kept for a time, tagged, and deleted after a question', async (t) => {
    const local = await endpoint(t, { credentials: { accessKeyId: 'A', secretAccessKey: 'B' } });
    local.faults.set([{ kind: 'access-denied', operation: '*' }]);
    const { page } = await openConsole(t, local);
    await page.getByRole('button', { name: 'Create a log group' }).click();
    await page.getByLabel('Name').fill('not a name');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByText(/failed to satisfy constraint/).waitFor();
    await page.getByLabel('Name').fill('jobs');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    local.createLogStream('jobs', 'nightly');
    await page.getByRole('button', { name: 'Streams of jobs' }).click();
    await page.getByRole('button', { name: /^nightly/ }).click();
    await page.getByRole('button', { name: 'Delete the stream nightly' }).click();
    await page.getByRole('heading', { name: 'Delete nightly?' }).waitFor();
    await page.getByRole('button', { name: 'Delete the stream', exact: true }).click();
    await page.getByRole('button', { name: 'Delete the stream nightly' }).waitFor({ state: 'detached' });
    assert.equal(new URL(page.url()).search, '');
    await page.getByRole('button', { name: 'Settings of jobs' }).click();
    await page.getByLabel('Retention').selectOption('7');
    await page.getByText('Kept for 7 days').waitFor();
    await page.getByLabel('Key of a tag').fill('team');
    await page.getByLabel('Value of the tag').fill('night');
    await page.getByRole('button', { name: 'Set', exact: true }).click();
    await page.getByText('team = night').waitFor();
    const jobs = () => local.groups().find(({ logGroupName }) => logGroupName === 'jobs');
    assert.deepEqual([jobs()?.retentionInDays, jobs()?.tags], [7, { team: 'night' }]);
    await page.getByRole('button', { name: 'Delete the group' }).first().click();
    await page.getByRole('heading', { name: 'Delete jobs?' }).waitFor();
    assert.ok(jobs());
    await page.getByRole('button', { name: 'Delete the group', exact: true }).click();
    await page.getByRole('button', { name: 'Settings of jobs' }).waitFor({ state: 'detached' });
    assert.equal(jobs(), undefined);
    await page.getByRole('button', { name: 'Reset' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    assert.equal(local.groups().length, 1);
    await page.getByRole('button', { name: 'Reset' }).click();
    await page.getByRole('button', { name: 'Delete everything' }).click();
    await page.getByRole('heading', { name: 'Waiting for logs' }).waitFor();
    assert.deepEqual(local.groups(), []);
  });

  test('the keys move through events, open and close them, and help', async (t) => {
    const local = await endpoint(t);
    await put(local, 'first', 'second', 'third');
    const { page } = await openConsole(t, local);
    await page.getByText('third').waitFor();
    for (const key of ['k', 'k', 'k', 'j']) await page.keyboard.press(key);
    await page.keyboard.press('Enter');
    await page.locator('.row.open', { hasText: 'second' }).waitFor();
    await page.keyboard.press('j');
    await page.locator('.row.open', { hasText: 'third' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.row.open').waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.locator('.row.cursor', { hasText: 'first' }).waitFor();
    await page.keyboard.press('2');
    await page.getByRole('table').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('/');
    await page.locator('#pattern:focus').waitFor();
  });

  test('hostile log content stays text', async (t) => {
    const local = await endpoint(t);
    const hostile = [
      '<img src=x onerror="document.title=1"><script>document.title=2</script>',
      '{"msg":"<b>bold</b>","__proto__":{"polluted":true},"constructor":{"name":"<i>x</i>"}}',
      '\u001b]8;;javascript:alert(1)\u0007link\u001b]8;;\u0007 \u001b[2Jgone \u001b[31mred',
      'right to left \u202Egnp.exe and \u0000 null \u0007 bell',
      `${'['.repeat(20_000)}`,
      'lone \ud800 surrogate',
    ];
    await put(local, ...hostile);
    local.createLogGroup('-name.with/chars#');
    const { page, problems } = await openConsole(t, local, { query: '?fields=off' });
    await page.getByText('<img src=x').waitFor();
    const rows = await shownMessages(page);
    assert.equal(rows[0], hostile[0]);
    assert.equal(rows[2], 'link gone red');
    assert.equal(rows[3], 'right to left \\u202egnp.exe and \\u0000 null \\u0007 bell');
    for (let row = 0; row < hostile.length; row++) {
      await page.locator('.row').nth(row).click();
      await page.getByRole('complementary', { name: 'Event' }).waitFor();
    }
    assert.equal(await page.locator('img[src], script:not([src]), .detail b, .detail i').count(), 0);
    assert.equal(await page.title(), 'CloudWatch Logs, local');
    assert.deepEqual(problems, []);
  });

  for (const look of [
    { name: 'light', colorScheme: 'light', width: 1280 },
    { name: 'dark', colorScheme: 'dark', width: 1280 },
    { name: 'narrow', colorScheme: 'light', width: 360 },
    { name: 'narrow and dark, without motion', colorScheme: 'dark', width: 360 },
  ] as const) {
    test(`axe finds nothing, ${look.name}`, async (t) => {
      const local = await endpoint(t);
      await put(
        local,
        '{"level":50,"msg":"failed","err":{"stack":"Error\\n    at node:x"}}',
        '{"level":30,"msg":"ok"}',
        '\u001b[32minfo\u001b[39m: green',
        'DEBUG x',
        'WARN y',
        '{"level":10,"msg":"trace"}',
        '{"level":60,"msg":"fatal"}',
      );
      await put(local);
      const { page, problems } = await openConsole(t, local, {
        colorScheme: look.colorScheme,
        viewport: { width: look.width, height: 740 },
        reducedMotion: look.name.includes('motion') ? 'reduce' : 'no-preference',
      });
      await page.getByText('failed').waitFor();
      await page.getByRole('img', { name: /events by time/ }).waitFor();
      const check = async (what: string): Promise<void> => {
        // In the dark everything but the colours is as in the light.
        const rules = look.colorScheme === 'dark' ? 'colours' : 'all';
        assert.deepEqual(await findings(page, rules), [], what);
        const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        assert.ok(Number(wide) <= 0, `${what} is ${wide} pixels too wide`);
      };
      if (look.width > 1000) {
        await page.getByRole('button', { name: 'Streams of app' }).click();
        await page.getByRole('button', { name: 'Delete the stream one' }).waitFor();
      }
      await check('logs');
      await page.getByText('failed').click();
      await page.getByRole('button', { name: 'Show its neighbours' }).click();
      await page.getByRole('region', { name: 'Neighbours' }).waitFor();
      await check('an event');
      await page.keyboard.press('Escape');
      await page.keyboard.press('2');
      await page.locator('tr.failed td').nth(2).click();
      await check('requests');
      await page.getByRole('button', { name: 'Close' }).click();
      await page.keyboard.press('3');
      await page.getByRole('switch', { name: 'Throttling' }).waitFor();
      await check('faults');
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      await check('the help');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' }); // keys do nothing while it is there
      local.reset();
      await page.keyboard.press('1');
      await page.getByRole('heading', { name: 'Waiting for logs' }).waitFor();
      await check('the beginning');
      assert.deepEqual(problems, []);
    });
  }
});
