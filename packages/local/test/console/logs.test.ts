// timeout: 600 s
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import type { LocalCloudWatchLogs } from '../../src/index.ts';
import { call, endpoint, eventsOf } from '../endpoint.ts';
import { noBrowser, openConsole, shownMessages } from './chromium.ts';

/** Puts events to a stream, which is made if it is not there. */
async function put(
  local: LocalCloudWatchLogs,
  place: string,
  logEvents: readonly { timestamp: number; message: string }[],
): Promise<void> {
  const [logGroupName = '', logStreamName = ''] = place.split(':');
  await call(local, 'CreateLogGroup', { logGroupName });
  await call(local, 'CreateLogStream', { logGroupName, logStreamName });
  const reply = await call(local, 'PutLogEvents', { logGroupName, logStreamName, logEvents });
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
}

describe('the logs in the browser', { skip: noBrowser }, () => {
  test('an endpoint without logs shows the variables to copy, and what arrives at once', async (t) => {
    const local = await endpoint(t);
    local.reset();
    const { page, problems } = await openConsole(t, local);
    await page.getByRole('heading', { name: 'Waiting for logs' }).waitFor();
    const text = await page.locator('pre').innerText();
    for (const [name, value] of Object.entries(local.environment()))
      assert.ok(text.includes(`export ${name}=${value}`));
    await page.getByRole('button', { name: '.env' }).click();
    assert.match(await page.locator('pre').innerText(), /^AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=http/);
    await put(local, 'app:web', eventsOf(['the first line']));
    await page.getByText('the first line').waitFor();
    assert.deepEqual(problems, []);
  });

  test('groups, streams and events are browsed by clicks, and the address tells where', async (t) => {
    const local = await endpoint(t);
    await put(local, 'app:web', eventsOf(['from web']));
    await put(local, 'app:worker', eventsOf(['from worker']));
    await put(local, 'jobs:nightly', eventsOf(['from nightly']));
    const { page } = await openConsole(t, local);
    await page.getByText('from nightly').waitFor();
    assert.deepEqual((await shownMessages(page)).sort(), ['from nightly', 'from web', 'from worker']);
    await page.getByRole('button', { name: 'app', exact: true }).click();
    await page.getByText('from nightly').waitFor({ state: 'detached' });
    assert.equal(new URL(page.url()).search, '?in=app');
    await page.getByRole('button', { name: 'Streams of app' }).click();
    await page.getByRole('button', { name: /^worker/ }).click();
    await page.getByText('from web').waitFor({ state: 'detached' });
    assert.deepEqual(await shownMessages(page), ['from worker']);
    await page.getByRole('button', { name: 'jobs', exact: true }).click({ modifiers: ['Control'] });
    await page.getByText('from nightly').waitFor();
    assert.deepEqual(new URL(page.url()).searchParams.getAll('in'), ['app:worker', 'jobs']);
    await page.goBack();
    await page.getByText('from nightly').waitFor({ state: 'detached' });
    // The address is all that somebody else needs.
    const { page: other } = await openConsole(t, local, { query: '?in=jobs' });
    await other.getByText('from nightly').waitFor();
    assert.deepEqual(await shownMessages(other), ['from nightly']);
  });

  test('a group of another Region is found by its name, with the Region beside it', async (t) => {
    const local = await endpoint(t);
    await put(local, 'shop:web', eventsOf(['from home']));
    const client = new CloudWatchLogs({ ...local.clientConfig(), region: 'eu-central-1' });
    t.after(() => client.destroy());
    const target = { logGroupName: 'shop', logStreamName: 'web' };
    await client.createLogGroup(target);
    await client.createLogStream(target);
    await client.putLogEvents({ ...target, logEvents: eventsOf(['from abroad']) });
    const { page } = await openConsole(t, local);
    await page.getByText('from abroad').waitFor();
    const groups = page.getByRole('navigation').locator('button.name');
    const names = (await groups.allTextContents()).map((text) => text.trim());
    assert.deepEqual(names, ['app', 'shop', 'shop eu-central-1']);
    await groups.last().click();
    await page.getByText('from home').waitFor({ state: 'detached' });
    assert.deepEqual(await shownMessages(page), ['from abroad']);
    assert.match(String(await page.locator('.filters .chip').first().textContent()), /^shop eu-central-1/);
  });

  test('a pause keeps counting, and going on shows what came', async (t) => {
    const local = await endpoint(t);
    await put(local, 'app:web', eventsOf(['before']));
    const { page } = await openConsole(t, local);
    await page.getByText('before').waitFor();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Go on' }).waitFor();
    await put(local, 'app:web', eventsOf(['one', 'two', 'three']));
    await page.getByText('3 new').waitFor();
    assert.deepEqual(await shownMessages(page), ['before']);
    await page.keyboard.press('Space');
    await page.getByText('three').waitFor();
    assert.deepEqual(await shownMessages(page), ['before', 'one', 'two', 'three']);
  });

  test('the tail follows only at the bottom', async (t) => {
    const local = await endpoint(t);
    const lines = Array.from({ length: 200 }, (_, number) => `line ${number}`);
    await put(local, 'app:web', eventsOf(lines));
    const { page } = await openConsole(t, local);
    await page.getByText('line 199', { exact: true }).waitFor();
    await put(local, 'app:web', eventsOf(['follows']));
    await page.getByText('follows').waitFor();
    const list = page.getByRole('listbox');
    await list.evaluate((element) => element.scrollTo(0, 1000));
    await page.getByRole('button', { name: 'Newest' }).waitFor();
    const before = await list.evaluate((element) => element.scrollTop);
    await put(local, 'app:web', eventsOf(['does not follow']));
    const size = page.locator('.list-size');
    while ((await size.evaluate((element) => element.clientHeight)) < 202 * 22);
    assert.equal(await list.evaluate((element) => element.scrollTop), before);
    await page.getByRole('button', { name: 'Newest' }).click();
    await page.getByText('does not follow').waitFor();
  });

  test('a pattern filters, its words are marked, and a wrong one is shown in place', async (t) => {
    const local = await endpoint(t);
    await put(local, 'app:web', eventsOf(['payment refused', 'payment taken', 'order refused']));
    const { page } = await openConsole(t, local);
    await page.getByText('order refused').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('refused -order');
    await page.getByText('payment taken').waitFor({ state: 'detached' });
    assert.deepEqual(await shownMessages(page), ['payment refused']);
    assert.deepEqual(await page.locator('.row mark').allTextContents(), ['refused']);
    assert.equal(new URL(page.url()).searchParams.get('pattern'), 'refused -order');
    await put(local, 'app:web', eventsOf(['card refused', 'something else']));
    await page.getByText('card refused').waitFor();
    assert.deepEqual(await shownMessages(page), ['payment refused', 'card refused']);
    await page.getByLabel('Filter pattern').fill('{ $.level = }');
    const alert = page.getByRole('alert');
    await alert.waitFor();
    assert.equal(await alert.locator('mark').innerText(), '}');
    // What was shown before is still there.
    assert.deepEqual(await shownMessages(page), ['payment refused', 'card refused']);
    await page.getByRole('button', { name: 'Clear the pattern' }).click();
    await page.getByText('something else').waitFor();
    await alert.waitFor({ state: 'detached' });
  });

  test('levels, times and presets narrow what is shown', async (t) => {
    const local = await endpoint(t);
    const now = Date.now();
    await put(local, 'app:web', [
      { timestamp: now - 7_200_000, message: '{"level":50,"msg":"two hours ago"}' },
      { timestamp: now - 60_000, message: '{"level":30,"msg":"a minute ago"}' },
      { timestamp: now, message: 'error: now' },
    ]);
    const { page } = await openConsole(t, local);
    await page.getByText('two hours ago').waitFor();
    await page.getByRole('button', { name: 'error', exact: true }).click();
    await page.getByText('a minute ago').waitFor({ state: 'detached' });
    assert.deepEqual(await shownMessages(page), ['two hours ago', 'error: now']);
    await page.getByLabel('Time range', { exact: true }).selectOption('1h');
    await page.getByText('two hours ago').waitFor({ state: 'detached' });
    assert.deepEqual(await shownMessages(page), ['error: now']);
    assert.equal(new URL(page.url()).search, '?level=error&last=1h');
    await page.getByRole('button', { name: 'error', exact: true }).click();
    await page.getByLabel('Time range', { exact: true }).selectOption('between');
    const input = (ms: number) =>
      new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
    await page.getByLabel('From', { exact: true }).fill(input(now - 7_300_000));
    await page.getByLabel('to', { exact: true }).fill(input(now - 3_600_000));
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('a minute ago').waitFor({ state: 'detached' });
    await page.getByText('two hours ago').waitFor();
    assert.deepEqual(await shownMessages(page), ['two hours ago']);
  });

  test('an event unfolds; a field becomes a column, a filter or an exclusion', async (t) => {
    const local = await endpoint(t);
    const stack =
      'Error: no card\n    at pay (/app/pay.js:1:2)\n    at next (/app/node_modules/express/index.js:3:4)';
    const messages = [
      {
        level: 50,
        msg: 'failed',
        user: { name: 'ann "a" \\' },
        err: { stack },
        nested: '{"inner":[1,{"deep":true}]}',
      },
      { level: 30, msg: 'fine', user: { name: 'bob' } },
    ];
    await put(local, 'app:web', eventsOf(messages.map((message) => JSON.stringify(message))));
    const { page } = await openConsole(t, local);
    await page.getByText('failed').click();
    const detail = page.getByRole('complementary', { name: 'Event' });
    await detail.getByText('at pay (/app/pay.js:1:2)').waitFor();
    assert.equal(await detail.locator('.stack .foreign').count(), 1);
    await detail.getByText('deep').waitFor();
    assert.match(await detail.innerText(), /Size\s+\d+ B/);
    assert.match(await detail.innerText(), /Ingested\s+.*later/);
    await detail.getByRole('button', { name: 'Show $.user.name as a column' }).click();
    assert.deepEqual(await page.locator('.row .column').allTextContents(), ['ann "a" \\', 'bob']);
    await detail.getByRole('button', { name: 'Only events with this $.user.name' }).click();
    await page.getByText('fine').waitFor({ state: 'detached' });
    await detail.getByText('at pay').waitFor();
    await page.getByRole('button', { name: /^Remove the filter/ }).click();
    await page.getByText('fine').waitFor();
    await detail.getByRole('button', { name: 'Without events of this $.level' }).click();
    await page.locator('.row').getByText('failed').waitFor({ state: 'detached' });
    assert.deepEqual(new URL(page.url()).searchParams.getAll('filter'), ['{ $.level != 50 }']);
    await page.keyboard.press('Escape');
    await detail.waitFor({ state: 'detached' });
  });

  test('the neighbours of a match are shown, whatever is searched for', async (t) => {
    const local = await endpoint(t);
    const lines = Array.from({ length: 50 }, (_, number) => `line ${number}`);
    await put(local, 'app:web', eventsOf(lines.with(25, 'the needle')));
    const { page } = await openConsole(t, local, { query: '?pattern=needle' });
    await page.getByText('the needle').click();
    await page.getByRole('button', { name: 'Show its neighbours' }).click();
    const neighbours = page.getByRole('region', { name: 'Neighbours' });
    await neighbours.getByText('line 24', { exact: false }).waitFor();
    const items = await neighbours.getByRole('listitem').allTextContents();
    assert.deepEqual(
      items.map((item) => item.replace(/^\S+ /, '')),
      lines.with(25, 'the needle').slice(15, 36),
    );
  });

  test('highlighting hides nothing; times, labels and colours can be switched', async (t) => {
    const local = await endpoint(t);
    await put(local, 'app:web', eventsOf(['\u001b[31mred\u001b[0m plain', 'other']));
    const { page } = await openConsole(t, local);
    await page.getByText('other').waitFor();
    await page.locator('summary', { hasText: 'View' }).click();
    await page.getByLabel('Highlight').fill('pla');
    await page.locator('.row mark').waitFor();
    assert.deepEqual(await shownMessages(page), ['red plain', 'other']);
    assert.equal(await page.locator('.row .a1').innerText(), 'red');
    await page.getByLabel('Colours of the terminal').uncheck();
    assert.equal(await page.locator('.row .a1').count(), 0);
    await page.getByLabel('Groups and streams').uncheck();
    assert.equal(await page.locator('.row .label').count(), 0);
    await page.getByLabel('Times').selectOption('relative');
    assert.match(await page.locator('.row time').first().innerText(), /^(now|\d+ s)$/);
    await page.getByLabel('Times').selectOption('off');
    assert.equal(await page.locator('.row time').count(), 0);
    const { search } = new URL(page.url());
    assert.equal(search, '?highlight=pla&time=off&labels=off&ansi=off');
  });

  test('what is filtered is downloaded as NDJSON or text, whole', async (t) => {
    const local = await endpoint(t);
    const long = `wanted ${'x'.repeat(20_000)}`;
    await put(local, 'app:web', eventsOf(['wanted 1', 'other', long]));
    const { page } = await openConsole(t, local, { query: '?pattern=wanted' });
    await page.getByText('wanted 1').waitFor();
    await page.locator('summary', { hasText: 'Download' }).click();
    const read = async (name: RegExp): Promise<string> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name }).click(),
      ]);
      return readFile(await download.path(), 'utf8');
    };
    assert.equal(await read(/As text/), `wanted 1\n${long}\n`);
    const lines = (await read(/As NDJSON/))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ logGroup, logStream, message }) => [logGroup, logStream, message]),
      [
        ['app', 'web', 'wanted 1'],
        ['app', 'web', long],
      ],
    );
  });

  test('the chart counts by level, and dragging over it sets the range', async (t) => {
    const local = await endpoint(t);
    const now = Date.now();
    await put(local, 'app:web', [
      ...Array.from({ length: 30 }, () => ({ timestamp: now - 12 * 60_000, message: 'ERROR old' })),
      { timestamp: now - 60_000, message: '{"level":"info","message":"new"}' },
    ]);
    const { page } = await openConsole(t, local);
    const chart = page.getByRole('img', { name: /^31 events by time: 30 error, 1 info/ });
    await chart.waitFor();
    const box = await chart.locator('.u-over').boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + box.width * 0.1, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.4, box.y + 20, { steps: 4 });
    await page.mouse.up();
    await page.getByText('new', { exact: true }).waitFor({ state: 'detached' });
    assert.equal((await shownMessages(page)).length, 30);
    assert.ok(new URL(page.url()).searchParams.has('from'));
    await page.getByRole('img', { name: /^30 events by time: 30 error\./ }).waitFor();
    // It counts what the list shows: what a pattern matches, of the levels that are chosen.
    await page.getByLabel('Time range', { exact: true }).selectOption('live');
    await page.getByLabel('Filter pattern').fill('new');
    await page.getByRole('img', { name: /^1 events by time: 1 info\./ }).waitFor();
    await put(local, 'app:web', eventsOf(['ERROR new', 'ERROR old']));
    await page.getByRole('img', { name: /^2 events by time: 1 error, 1 info\./ }).waitFor();
    await page.getByRole('button', { name: 'error', exact: true }).click();
    await page.getByRole('img', { name: /^1 events by time: 1 error\./ }).waitFor();
  });

  test('an outage is told, and what came meanwhile is there afterwards', async (t) => {
    const local = await endpoint(t);
    await put(local, 'app:web', eventsOf(['before']));
    const { page } = await openConsole(t, local);
    await page.getByText('before').waitFor();
    await local.stop();
    await page.getByText('no connection').waitFor();
    await local.start();
    await put(local, 'app:web', eventsOf(['after']));
    await page.getByText('after').waitFor({ timeout: 20_000 });
    assert.deepEqual(await shownMessages(page), ['before', 'after']);
  });
});
