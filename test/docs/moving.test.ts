import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startEndpoint } from '../fixtures/endpoint.js';

const folder = new URL('../../docs/moving/', import.meta.url);
const command = fileURLToPath(new URL('../../packages/pino/dist/cli.js', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

/** What each page's programs store: every one of them logs one line. */
const STORED: Record<string, { readonly stream: RegExp; readonly line: RegExp }> = {
  'winston-cloudwatch.md': {
    stream: /^web-\d{4}-\d\d-\d\d-[0-9a-f]{8}$/,
    line: /^\{.*"order":42.*"message":"paid".*\}$|^\{.*"message":"paid".*"order":42.*\}$/,
  },
  'winston-aws-cloudwatch.md': { stream: /^web-[0-9a-f]{8}$/, line: /^info: paid \{"order":42\}$/ },
  'pino-cloudwatch.md': { stream: /^web-.+-[0-9a-f]{8}$/, line: /"order":42,"msg":"paid"\}$/ },
  'serdnam-pino-cloudwatch-transport.md': { stream: /^web-[0-9a-f]{8}$/, line: /"order":42,"msg":"paid"\}$/ },
  '../troubleshooting.md': {
    stream: /^\d{4}-\d\d-\d\d\/.+\/[0-9a-f]{8}$/,
    line: /"order":42,"msg":"paid"\}$/,
  },
  'opentelemetry.md': {
    stream: /^\d{4}-\d\d-\d\d\/.+\/[0-9a-f]{8}$/,
    line: /"service":"shop","order":42,"msg":"paid"\}$/,
  },
};

/** The blocks that directly follow a `<!-- run -->` comment. */
function programs(page: string): { readonly language: string; readonly code: string }[] {
  const text = readFileSync(new URL(page, folder), 'utf8');
  const blocks = text.matchAll(/^<!-- run -->\s+```(js|sh)\n(.*?)^```$/gms);
  return Array.from(blocks, ([, language = '', code = '']) => ({ language, code }));
}

/** Runs a program in a folder from which the packages are found, as they are from an application. */
async function run(language: string, code: string, env: Record<string, string>): Promise<string> {
  const place = mkdtempSync(path.join(here, 'moving-'));
  try {
    writeFileSync(path.join(place, 'main.mjs'), code);
    writeFileSync(
      path.join(place, 'app.js'),
      `import pino from 'pino';\npino().info({ order: 42 }, 'paid');\n`,
    );
    writeFileSync(path.join(place, 'package.json'), '{ "type": "module" }');
    const shell = code.replaceAll('npx pino-cloudwatch-logs', `"${process.execPath}" "${command}"`);
    const [file, args] = language === 'sh' ? ['sh', ['-c', shell]] : [process.execPath, ['main.mjs']];
    return await new Promise((resolve, reject) => {
      const options = { cwd: place, env: { ...process.env, ...env }, timeout: 60_000 };
      execFile(file, args, options, (error, stdout, stderr) => {
        if (error) reject(new Error(`${error.message}\n${stdout}${stderr}`));
        else resolve(stderr);
      });
    });
  } finally {
    rmSync(place, { recursive: true });
  }
}

const pages = readdirSync(folder).filter((page) => page !== 'README.md');

test('every page on moving is known here, and in the list of pages', () => {
  const known = Object.keys(STORED).filter((page) => !page.startsWith('..'));
  assert.deepEqual(pages.sort(), known.sort());
  const list = readFileSync(new URL('README.md', folder), 'utf8');
  for (const page of pages) assert.ok(list.includes(`(${page})`), page);
});

for (const [page, { stream, line }] of Object.entries(STORED)) {
  const found = programs(page);
  test(`${page} shows at least one program to run`, () => assert.ok(found.length > 0));
  for (const [index, { language, code }] of found.entries()) {
    test(`program ${index + 1} of ${page} stores its line, where and how the page says`, async (t) => {
      const local = await startEndpoint(t);
      const said = await run(language, code, {
        AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: local.endpoint,
        NODE_ENV: 'production',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      });
      assert.match(said, language === 'sh' ? /^pino-cloudwatch-logs: 1 event stored in / : /^$/);
      const events = local.events({ logGroupName: 'shop' });
      assert.equal(events.length, 1);
      assert.match(events[0]?.message ?? '', line);
      assert.match(events[0]?.logStreamName ?? '', stream);
      assert.equal(local.stats().errors.InvalidParameterException, undefined);
    });
  }
}
