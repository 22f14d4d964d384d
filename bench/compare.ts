// Compares the transports in what they do when something goes wrong, and writes docs/comparison.md.
//
//   npm run compare                  every scenario with every transport
//   npm run compare -- outage        the scenarios whose name holds the word; the others stay as they were found
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startLocal } from '../packages/local/dist/index.js';
import { type Compared, compared } from './comparison/contenders.js';
import { LoggingProcess } from './comparison/logging-process.js';
import { type Comparison, comparisonPage } from './comparison/page.js';
import { SCENARIOS, type Scenario } from './comparison/scenarios.js';
import { installContenders } from './harness/install-contenders.js';
import { thisMachine } from './harness/machine.js';
import { logGroupName, logStreamName } from './loggers/aws.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** They wait most of the time. */
const AT_ONCE = 4;

async function main(words: readonly string[]): Promise<void> {
  const problem = installContenders(root);
  if (problem !== undefined) throw new Error(`The transports to compare with ${problem}.`);
  const transports = compared();
  const chosen = SCENARIOS.filter(({ id }) => words.length === 0 || words.some((word) => id.includes(word)));
  const results = path.join(root, 'bench/results/comparison.json');
  const before: Comparison | undefined =
    words.length === 0 ? undefined : JSON.parse(readFileSync(results, 'utf8'));
  const found = new Map(before?.scenarios.map((scenario) => [scenario.id, scenario]));
  for (const scenario of chosen) {
    const cells: string[] = [];
    const queue = transports.map((one, index) => ({ one, index }));
    const work = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const cell = await play(scenario, next.one);
        cells[next.index] = cell;
        console.error(`${scenario.id}  ${next.one.packageName}: ${cell}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const { id, title, about } = scenario;
    found.set(id, { id, title, about, cells });
  }
  const comparison: Comparison = {
    machine: thisMachine(),
    transports: transports.map(({ contender: { id }, packageName, version }) => ({
      id,
      packageName,
      version,
    })),
    scenarios: SCENARIOS.flatMap(({ id }) => found.get(id) ?? []),
  };
  writeFileSync(results, `${JSON.stringify(comparison, undefined, 1)}\n`);
  const memory = JSON.parse(readFileSync(path.join(root, 'bench/results/memory-outage.json'), 'utf8'));
  writeFileSync(path.join(root, 'docs/comparison.md'), comparisonPage(comparison, memory));
}

async function play(scenario: Scenario, { contender }: Compared): Promise<string> {
  const local = await startLocal({ ...scenario.endpoint, seed: 1 });
  if (!scenario.isWithoutGroup) {
    local.createLogGroup(logGroupName);
    local.createLogStream(logGroupName, logStreamName);
  }
  const process = await LoggingProcess.start(contender, local.endpoint);
  try {
    return await scenario.play({ local, process });
  } finally {
    await process.end();
    await local.close();
  }
}

await main(process.argv.slice(2));
