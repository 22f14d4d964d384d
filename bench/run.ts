// Measures and writes what was measured; bench/README.md says how to use it.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readArguments, USAGE } from './harness/arguments.js';
import { installContenders } from './harness/install-contenders.js';
import { thisMachine } from './harness/machine.js';
import { measureRow, warmsUp } from './harness/measure.js';
import { Progress } from './harness/progress.js';
import { ResultFolder } from './harness/results.js';
import { type Row, Scale } from './harness/row.js';
import { updateReadme } from './report/readme-charts.js';
import { writeReport } from './report/report.js';
import { failureLines, rowTable, targetLines } from './report/tables.js';
import { ROWS } from './rows/index.js';

const here = path.dirname(fileURLToPath(import.meta.url));

async function main(): Promise<void> {
  const args = readArguments(process.argv.slice(2));
  if (args.help) {
    console.log(USAGE);
    return;
  }
  const rows = chosen(args.words, args.soak);
  if (rows.length === 0) {
    throw new TypeError(
      `No row has ${args.words.join(' or ')} in its name. Rows: ${ROWS.map(({ name }) => name).join(', ')}`,
    );
  }
  const scale = new Scale(args.scale, args.full);
  const folder = args.out ?? path.join(here, 'results', scale.isFull ? '' : 'quick');
  const results = new ResultFolder(folder);
  if (!args.reportOnly) await measure(rows, args.runs, scale, results);
  const found = results.read(ROWS.map(({ name }) => name));
  writeReport(folder, ROWS, found);
  console.error(`Report: ${path.relative('.', path.join(folder, 'README.md'))}`);
  if (args.out === undefined && scale.isFull) updateReadme(path.join(here, '..', 'README.md'), found);
}

async function measure(
  rows: readonly Row[],
  runs: number,
  scale: Scale,
  results: ResultFolder,
): Promise<void> {
  const needsContenders = rows.some((row) => row.cases(scale).some((one) => one.needsContenders));
  const withoutContenders = needsContenders ? installContenders(path.join(here, '..')) : undefined;
  const failed: string[] = [];
  const progress = new Progress(rows.reduce((sum, row) => sum + secondsFor(row, runs, scale), 0));
  for (const row of rows) {
    progress.row(row);
    const result = await measureRow(row, { runs, scale, withoutContenders }, progress);
    results.write(row.name, { machine: thisMachine(), ...result });
    progress.end();
    for (const { group, label, failures } of result.cases) {
      if (failures && group !== 'others') failed.push(`${row.name}: ${label}`);
    }
    const said = [rowTable(row, result), ...failureLines(result), targetLines(row, result).join('\n')];
    console.log(`\n${said.filter((part) => part !== '').join('\n\n')}\n`);
  }
  if (failed.length > 0) {
    console.error(`These had runs without figures, which the report explains:\n  ${failed.join('\n  ')}`);
    process.exitCode = 1;
  }
}

function chosen(words: readonly string[], soak: boolean): Row[] {
  return ROWS.filter(({ name, onlyByName }) => {
    if (soak && name === 'soak') return true;
    return words.length === 0 ? !onlyByName : words.some((word) => name.includes(word));
  });
}

function secondsFor(row: Row, runs: number, scale: Scale): number {
  const counted = Math.min(runs, row.runs ?? runs);
  const rounds = warmsUp(row, counted) ? counted + 1 : counted;
  const cases = row.cases(scale);
  if (row.together) return rounds * Math.max(...cases.map(({ seconds }) => seconds));
  return cases.reduce((sum, { seconds, isChecked }) => sum + seconds * (rounds + (isChecked ? 1 : 0)), 0);
}

await main().catch((error: unknown) => {
  console.error(error instanceof TypeError ? error.message : error);
  process.exitCode = 1;
});
