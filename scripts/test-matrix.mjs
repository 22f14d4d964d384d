// Runs the smoke tests with each supported version of Node.js, and prints a table.
//
//   npm run test:matrix                  the files in test/smoke
//   npm run test:matrix -- packages/     the files whose path contains "packages/"
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installNode, versions } from './node-versions.mjs';

const words = process.argv.slice(2);
const runner = fileURLToPath(new URL('./test.mjs', import.meta.url));
const rows = [];
for (const version of versions) {
  const { node, problem } = installNode(version);
  if (problem) {
    rows.push({ version, passed: 0, failed: 1, skipped: 0, note: problem });
    continue;
  }
  const exact = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  console.log(`\nNode.js ${exact}\n`);
  const started = performance.now();
  const { status, stdout } = spawnSync(node, [runner, ...(words.length > 0 ? words : ['test/smoke/'])], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.stdout.write(stdout);
  const [passed, failed, skipped] = stdout.trim().split('\n').at(-1).match(/\d+/g)?.map(Number) ?? [0, 1, 0];
  const note = `${((performance.now() - started) / 1000).toFixed(1)} s`;
  rows.push({ version: exact, passed, failed: status === 0 ? failed : Math.max(1, failed), skipped, note });
}

console.log('\nNode.js       passed  failed  skipped');
for (const { version, passed, failed, skipped, note } of rows) {
  const counts = [passed, failed, skipped].map((count, index) => String(count).padStart([6, 8, 9][index]));
  console.log(`${version.padEnd(14)}${counts.join('')}  ${note}`);
}
const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
process.exitCode = sum('failed') > 0 || sum('passed') === 0 ? 1 : 0;
