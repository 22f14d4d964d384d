import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, type TestContext } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { LocalCloudWatchLogs } from '../../src/index.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function find(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const candidates = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [process.env.CHROMIUM_PATH ?? '', ...candidates].find((file) => file !== '' && existsSync(file));
}

/** Installs Debian's package where that is possible without a question. Answers why not otherwise. */
function install(): string | undefined {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get'))
    return 'there is no Chromium, and no apt-get';
  if (process.getuid?.() !== 0) return 'there is no Chromium, and only root can install it';
  const apt = (...args: string[]) =>
    spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=240', '-y', ...args], {
      encoding: 'utf8',
      timeout: 400_000,
    });
  apt('update');
  const { error, status, stderr } = apt(
    'install',
    '--no-install-recommends',
    'chromium',
    'fonts-dejavu-core',
  );
  if (status === 0) return undefined;
  return `Chromium could not be installed: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
}

const reason = find() === undefined ? install() : undefined;
const executablePath = find();

/** Why there is no browser to test with, or false. For the `skip` of a test. */
export const noBrowser: string | false =
  executablePath === undefined ? (reason ?? 'there is no Chromium') : false;

export interface OpenConsole extends BrowserContextOptions {
  /** The query of the address. */
  readonly query?: string;
}

/**
 * Opens the console in a browser as somebody would who opens it for the first time. The test fails when the page throws or breaks its content security
 * policy; `problems` holds what it said, for tests that expect some.
 */
export async function openConsole(
  t: TestContext,
  local: LocalCloudWatchLogs,
  { query = '', ...options }: OpenConsole = {},
): Promise<{ page: Page; problems: string[] }> {
  const context = await (await launch()).newContext({ viewport: { width: 1280, height: 800 }, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    // Chromium reports every answer that is an error; which of them matter, the tests say.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      problems.push(message.text());
    }
  });
  await page.goto(`${local.endpoint}/${query}`);
  return { page, problems };
}

/** One for all tests of a file, started by the first. Each test has a context of its own, and so a profile. */
let browser: Promise<Browser> | undefined;
const profile = path.join(os.tmpdir(), `cloudwatch-logs-console-${process.pid}`);

function launch(): Promise<Browser> {
  browser ??= chromium.launch({
    // Tests that need it are skipped where it is not there.
    executablePath: executablePath ?? '',
    args: FLAGS,
    env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile } as Record<
      string,
      string
    >,
  });
  return browser;
}

after(async () => {
  await (await browser)?.close();
  rmSync(profile, { recursive: true, force: true });
});

/** The messages of the rows that are drawn, from top to bottom. */
export function shownMessages(page: Page): Promise<string[]> {
  return page.locator('.row .message').allTextContents();
}
