// Runs every test file in a process of its own, two at a time, and ends with a line of counts.
//
//   npm test                      the type-check, the linter and all tests
//   npm test -- pino              the files whose path contains "pino"
//   npm test -- "ends within"     the tests whose name contains "ends within", as no path does
//   npm run test:consumers        test/consumers, with the files `*.consumer.ts`, which take minutes
//
// Files in a folder named `load` measure or load the machine: they run at the end, one at a time.
// A file that says `// timeout: 300 s` may take that long; the others get two minutes. One that says `// needs: boto3`
// talks to a program of others, which is installed as a Debian package where that is possible.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installClients } from './debian-clients.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const windows = process.platform === 'win32';
const results = path.join('.build', 'test', String(process.pid));
const running = new Set();
const tests = []; // { name, outcome: 'passed' | 'failed' | 'skipped', reason?, error? }
const durations = []; // { file, ms }

// The machine's own AWS settings have no say in the tests, and no test asks a metadata service.
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^AWS_/i.test(name)));
Object.assign(environment, {
  AWS_CONFIG_FILE: os.devNull,
  AWS_SHARED_CREDENTIALS_FILE: os.devNull,
  AWS_EC2_METADATA_DISABLED: 'true',
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
process.on('exit', () => {
  for (const child of running) killGroup(child);
  rmSync(results, { recursive: true, force: true });
});
mkdirSync(results, { recursive: true });
await main(process.argv.slice(2));

async function main(args) {
  const words = args.filter((word) => word !== '--consumers');
  const all = args.includes('--consumers')
    ? testFiles('test/consumers', /\.(?:test|consumer)\.ts$/)
    : [...testFiles('test'), ...testFiles('packages')];
  const isPath = (word) => all.some((file) => file.includes(word));
  const paths = words.filter(isPath);
  const names = words.filter((word) => !isPath(word));
  const files = all.filter((file) => paths.length === 0 || paths.some((word) => file.includes(word)));
  const isLoad = (file) => file.split('/').includes('load');
  for (const line of installClients(files.flatMap(needsOf))) console.log(line);

  if (args.length === 0) {
    await check('types', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.tests.json']);
    await check('lint', ['node_modules/@biomejs/biome/bin/biome', 'check', '.']);
    await check('imports', ['scripts/check-imports.mjs']);
    await check('identity', ['scripts/identity.mjs', '--check']);
    await check('hosts', ['scripts/hosts.mjs', '--check']);
    await check('unused code', ['node_modules/knip/bin/knip.js']);
  }
  const queue = files.filter((file) => !isLoad(file));
  const worker = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) await runFile(file, names);
  };
  await Promise.all(Array.from({ length: Math.max(2, Math.floor(os.availableParallelism() / 2)) }, worker));
  for (const file of files.filter(isLoad)) await runFile(file, names);
  if (args.includes('--consumers')) writeFileSync('.build/consumers.json', JSON.stringify(tests));
  summarise();
}

function testFiles(folder, names = /\.test\.ts$/) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules' && entry.name !== 'dist')
    .flatMap((entry) => {
      const inside = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return testFiles(inside, names);
      return /(^|\/)test\//.test(inside) && names.test(inside) ? [inside] : [];
    });
}

function needsOf(file) {
  return /^\/\/ needs: (.+)$/m.exec(readFileSync(file, 'utf8'))?.[1].split(' ') ?? [];
}

/** A script that must succeed, shown as one line. */
async function check(label, args) {
  const log = path.join(results, `${label}.log`);
  const { ms, problem } = await run(args, log, 120);
  if (problem) tests.push({ name: label, outcome: 'failed', error: tail(log, 100) });
  console.log(`${problem ? '✗' : '✓'} ${label}  ${seconds(ms)}`);
}

async function runFile(file, names) {
  const log = path.join(results, `${file.replaceAll('/', '-')}.log`);
  const report = path.join(results, `${file.replaceAll('/', '-')}.ndjson`);
  const limit = Number(/^\/\/ timeout: (\d+) s$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? 120);
  const reporter = new URL('./test-reporter.mjs', import.meta.url).href;
  const { ms, problem } = await run(
    [
      ...['--import', 'tsx', '--test-reporter', reporter, '--test-reporter-destination', report],
      ...names.map((name) => `--test-name-pattern=${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`),
      file,
    ],
    log,
    limit,
  );
  const { counted, unfinished, complete } = readReport(report);
  const why = problem ?? (complete ? undefined : 'ended before its tests did, or has none');
  // Exit code 1 is how node:test says that a test failed, which is known already.
  if (why && !(why === 'ended with exit code 1' && count('failed', counted) > 0)) {
    const during = unfinished.length > 0 ? `, during: ${unfinished.join(', ')}` : '';
    counted.push({ name: `the file ${why}${during}`, outcome: 'failed', error: '' });
  }
  if (counted.length === 0 && names.length > 0) return;
  if (counted.length === 0) counted.push({ name: 'the file has no test', outcome: 'failed', error: '' });
  const lastFailed = counted.findLast(({ outcome }) => outcome === 'failed');
  if (lastFailed) lastFailed.error = `${lastFailed.error}\n${tail(log, 40)}`.trim();
  for (const test of counted) tests.push({ ...test, name: `${file}: ${test.name}` });
  durations.push({ file, ms });
  const counts = ['passed', 'failed', 'skipped'].map((outcome) => [count(outcome, counted), outcome]);
  const shown = counts.filter(([number]) => number > 0).map((pair) => pair.join(' '));
  console.log(`${count('failed', counted) > 0 ? '✗' : '✓'} ${file}  ${shown.join(', ')}  ${seconds(ms)}`);
}

/** Runs Node.js with these arguments in a process group of its own, of which nothing is left afterwards. */
async function run(args, log, limitSeconds) {
  const started = performance.now();
  const output = openSync(log, 'a');
  const child = spawn(process.execPath, args, {
    detached: !windows,
    stdio: ['ignore', output, output],
    env: environment,
  });
  closeSync(output);
  running.add(child);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup(child);
  }, limitSeconds * 1000);
  const [code, signal] = await new Promise((resolve, reject) => {
    child.on('exit', (...how) => resolve(how));
    child.on('error', reject);
  });
  clearTimeout(timer);
  killGroup(child);
  running.delete(child);
  let problem;
  if (timedOut) problem = `did not end within ${limitSeconds} s`;
  else if (code !== 0) problem = `ended with ${signal ?? `exit code ${code}`}`;
  return { ms: performance.now() - started, problem };
}

function killGroup(child) {
  if (windows) {
    if (child.exitCode === null)
      spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nothing of the group is left.
  }
}

function readReport(report) {
  const lines = tail(report, Infinity).split('\n').filter(Boolean);
  const entries = lines.flatMap((line) => (line.endsWith('}') ? [JSON.parse(line)] : []));
  const ended = new Set(entries.map((entry) => entry.ended));
  return {
    counted: entries.filter((entry) => entry.outcome !== undefined),
    complete: entries.at(-1)?.complete === true,
    unfinished: entries.map((entry) => entry.started).filter((name) => name && !ended.has(name)),
  };
}

function summarise() {
  console.log('\nSlowest files');
  for (const { file, ms } of durations.sort((a, b) => b.ms - a.ms).slice(0, 5))
    console.log(`  ${seconds(ms).padStart(8)}  ${file}`);
  const skipped = tests.filter(({ outcome }) => outcome === 'skipped');
  if (skipped.length > 0) console.log('\nSkipped');
  for (const { name, reason } of skipped) console.log(`  ${name}: ${reason}`);
  const failed = tests.filter(({ outcome }) => outcome === 'failed');
  if (failed.length > 0) console.log('\nFailed');
  for (const { name, error } of failed) console.log(`  ${name}\n${error.replace(/^/gm, '      ')}\n`);
  const passed = count('passed', tests);
  if (passed + failed.length === 0) console.log('\nNo test ran.');
  console.log(`\n${passed} passed, ${failed.length} failed, ${skipped.length} skipped`);
  // Consumers are all skipped where no registry can be reached.
  const isNone = passed + (process.argv.includes('--consumers') ? skipped.length : 0) === 0;
  process.exitCode = failed.length > 0 || isNone ? 1 : 0;
}

function count(outcome, list) {
  return list.filter((test) => test.outcome === outcome).length;
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** The last lines of a file; nothing if it is not there, as when the process died early. */
function tail(file, lines) {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
