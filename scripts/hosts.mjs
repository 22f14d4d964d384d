// Makes the table of docs/hosts.md from test/consumers/results.json.
//
//   npm run docs:hosts                takes the results of the last `npm run test:consumers`, cell by cell, into the file first
//   node scripts/hosts.mjs --check    only says whether the page is what the file makes
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (file) => fileURLToPath(new URL(`../${file}`, import.meta.url));
const LAST_RUN = at('.build/consumers.json');
const RESULTS = at('test/consumers/results.json');
const PAGE = at('docs/hosts.md');
const TABLE = /(<!-- hosts:begin.*-->\n).*(<!-- hosts:end -->)/s;

/** The columns, and the tests that are about them. */
const COLUMNS = {
  'logs and flushes': /^(?:logs|flush|is made|is built)\b/,
  'runs out of work': /natural end|nothing left to do/,
  'process.exit()': /process\.exit/,
  'uncaught error': /uncaught error/,
  SIGTERM: /SIGTERM/,
};

/** The worst outcome of each column by host, of tests named `file: host > test`. */
function outcomesOf(tests) {
  const hosts = {};
  for (const { name, outcome } of tests) {
    const [, host, test] = /^\S+: (.+?) > (.+)$/.exec(name) ?? [];
    const column = test && Object.keys(COLUMNS).find((one) => COLUMNS[one].test(test));
    if (!column || outcome === 'skipped') continue;
    hosts[host] ??= {};
    if (hosts[host][column] !== 'failed') hosts[host][column] = outcome;
  }
  return hosts;
}

function tableOf(results) {
  const titles = Object.keys(COLUMNS);
  const mark = { passed: 'yes', failed: '**no**' };
  const rows = Object.keys(results)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((host) => [host, ...titles.map((title) => mark[results[host][title]] ?? '')]);
  return [['', ...titles], ['---', ...titles.map(() => '---')], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');
}

const results = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {};
const isCheck = process.argv.includes('--check');
if (!isCheck) {
  const last = outcomesOf(JSON.parse(readFileSync(LAST_RUN, 'utf8')));
  for (const [host, cells] of Object.entries(last)) results[host] = { ...results[host], ...cells };
  writeFileSync(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`);
}
const page = readFileSync(PAGE, 'utf8');
const made = page.replace(TABLE, (_, begin, end) => `${begin}${tableOf(results)}${end}`);
if (isCheck && made !== page) {
  console.error('docs/hosts.md is not what test/consumers/results.json makes; run "npm run docs:hosts".');
  process.exitCode = 1;
} else if (!isCheck) writeFileSync(PAGE, made);
