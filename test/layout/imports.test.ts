import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../scripts/check-imports.mjs', import.meta.url));

/** Runs the check on packages that consist of these files. */
function check(files: Record<string, string>): { readonly status: number | null; readonly said: string } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'imports-'));
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), text);
    }
    const { status, stderr } = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' });
    return { status, said: stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const outcome = 'publisher/src/cloudwatch/outcome.ts';
const intake = 'publisher/src/intake/intake.ts';

test('an import that runs downwards is fine', () => {
  const { status, said } = check({
    [intake]: "import { a } from '../cloudwatch/outcome.js';",
    [outcome]: '',
  });
  assert.equal(status, 0, said);
});

for (const statement of [
  "import { a } from '../intake/intake.js';",
  "import type { A } from '../intake/intake.js';",
]) {
  test(`an import that runs upwards is refused: ${statement}`, () => {
    const { status, said } = check({ [intake]: '', [outcome]: statement });
    assert.equal(status, 1);
    assert.match(said, /cloudwatch\/outcome imports intake\/intake, but intake is not below cloudwatch/);
  });
}

test('the folders inside of a folder have their order, too', () => {
  const { status, said } = check({
    'publisher/src/stream/queue/outbox.ts': "import type { Answers } from '../answers/put-answers.js';",
    'publisher/src/stream/answers/put-answers.ts': '',
  });
  assert.equal(status, 1);
  assert.match(said, /stream\/answers is not below stream\/queue/);
});

test('files of one folder that import each other are refused', () => {
  const { status, said } = check({
    'publisher/src/time/clock.ts': "import './deadlines.js';",
    'publisher/src/time/deadlines.ts': "import type { Clock } from './clock.js';",
  });
  assert.equal(status, 1);
  assert.match(said, /circle of imports: time\/clock > time\/deadlines > time\/clock/);
});

test('a folder without a place in the order is refused', () => {
  const { status, said } = check({
    [intake]: "import '../cellar/wine.js';",
    'publisher/src/cellar/wine.ts': '',
  });
  assert.equal(status, 1);
  assert.match(said, /cellar\/wine is in no folder that has a place in the order/);
});

test('the local endpoint shares no code with the publisher', () => {
  const { status, said } = check({
    'local/src/store.ts': "import { Publisher } from 'cloudwatch-logs-publisher';",
  });
  assert.equal(status, 1);
  assert.match(said, /local: store imports the package cloudwatch-logs-publisher/);
});
