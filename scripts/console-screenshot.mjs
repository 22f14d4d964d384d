// Makes the screenshot of the console in the README again, from applications that log to the endpoint
// with the packages of this repository: `node scripts/console-screenshot.mjs`. Needs Chromium; CHROMIUM_PATH may name it.
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const from = (name) => createRequire(path.join(root, 'packages', name, 'package.json'));
const { chromium } = from('local')('playwright-core');
const { startLocal } = await import('../packages/local/dist/index.js');
const { cloudWatchTransport } = await import('../packages/pino/dist/index.js');
const { CloudWatchTransport } = await import('../packages/winston/dist/index.js');
const pino = from('pino')('pino');
const winston = from('winston')('winston');

const local = await startLocal();
const aws = local.clientConfig();
const shop = pino(
  { name: 'shop' },
  cloudWatchTransport({ logGroupName: '/app/shop', logStreamName: 'web-1', aws }),
);
const jobs = winston.createLogger({
  format: winston.format.json(),
  transports: [new CloudWatchTransport({ logGroupName: '/app/jobs', logStreamName: 'nightly', aws })],
});

/** As an application has it, whose folder is none of this machine. */
function declined() {
  const error = new Error('card was declined');
  error.stack = `${error.message}\n    at charge (/app/src/payment.js:41:11)\n    at checkout (/app/src/checkout.js:17:9)`;
  return error;
}

const paths = ['/cart', '/checkout', '/orders/8123', '/health'];
for (let round = 0; round < 220; round++) {
  const url = paths[round % paths.length];
  const request = { reqId: (round * 7919 + 46_656).toString(36), url, ms: 3 + ((round * 37) % 240) };
  if (round % 23 === 11) shop.warn(request, 'slow answer of the payment provider');
  else if (round % 41 === 30) shop.error({ ...request, err: declined() }, 'checkout failed');
  else shop.info(request, 'request completed');
  if (round % 9 === 4) jobs.info('resized', { image: `${round}.png`, ms: 80 + round });
  if (round % 55 === 40) jobs.error('no space left', { disk: '/var/spool' });
  await new Promise((resolve) => setTimeout(resolve, 40));
}
await local.waitForEvents({ logGroupName: '/app/shop', count: 220, timeoutMs: 30_000 });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 760 }, colorScheme: 'dark' });
await page.goto(local.endpoint);
await page.locator('.row', { hasText: 'checkout failed' }).last().click();
await page.getByRole('complementary', { name: 'Event' }).waitFor();
await page.getByRole('img', { name: /events by time/ }).waitFor();
await page.locator('.chart canvas').waitFor();
const file = path.join(root, 'docs', 'console.png');
await page.screenshot({ path: file });
await browser.close();
shop.flush();
await local.close();
console.log(file);
process.exit(0);
