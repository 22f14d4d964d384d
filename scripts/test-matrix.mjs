// Runs the smoke tests with each supported version of Node.js, and the packages as they are installed with the combinations of
// versions that scripts/supported-versions.mjs names; prints a table.
//
//   npm run test:matrix                  the files in test/smoke, and all combinations
//   npm run test:matrix -- packages/     the files whose path contains "packages/", with each version of Node.js
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installNode } from './node-versions.mjs';
import { nodeVersions } from './supported-versions.mjs';

const words = process.argv.slice(2);
const runner = fileURLToPath(new URL('./test.mjs', import.meta.url));
const rows = [];
for (const version of nodeVersions) {
  const { node, problem } = installNode(version);
  if (problem) {
    rows.push({ label: `Node.js ${version}`, passed: 0, failed: 1, skipped: 0, note: problem });
    continue;
  }
  const exact = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
  run(`Node.js ${exact}`, node, words.length > 0 ? words : ['test/smoke/']);
}
if (words.length === 0) {
  run('combinations of versions', process.execPath, ['test/pack/versions.test.ts'], { ALL_VERSIONS: '1' });
}

console.log(`\n${''.padEnd(26)}passed  failed  skipped`);
for (const { label, passed, failed, skipped, note } of rows) {
  const counts = [passed, failed, skipped].map((count, index) => String(count).padStart([6, 8, 9][index]));
  console.log(`${label.padEnd(26)}${counts.join('')}  ${note}`);
}
const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
process.exitCode = sum('failed') > 0 || sum('passed') === 0 ? 1 : 0;

function run(label, node, args, env = {}) {
  console.log(`\n${label}\n`);
  const started = performance.now();
  const { status, stdout } = spawnSync(node, [runner, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.stdout.write(stdout);
  const [passed, failed, skipped] = stdout.trim().split('\n').at(-1).match(/\d+/g)?.map(Number) ?? [0, 1, 0];
  const note = `${((performance.now() - started) / 1000).toFixed(1)} s`;
  rows.push({ label, passed, failed: status === 0 ? failed : Math.max(1, failed), skipped, note });
}
