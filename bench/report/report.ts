import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Machine } from '../harness/machine.js';
import type { Results, RowResult } from '../harness/results.js';
import type { Row } from '../harness/row.js';
import { type Bar, barChart } from './chart.js';
import { wrongWith } from './losses.js';
import { NOT_COMPARED } from './not-compared.js';
import { failureLines, formatNumber, rowTable, targetRows } from './tables.js';

const HEAD = `# Results of the benchmarks

Written by \`npm run bench\`; [bench/README.md](../README.md) says how to run it and how to read this page. The raw figures are in the
JSON files of this folder. Figures are medians of runs in processes of their own; contenders take turns within a run, so that
ratios say more than the figures themselves, which another machine makes others.

Floors (grey) are what nobody can do without: pino that writes to /dev/null, winston with a transport that does nothing. Events
**lost**, **reordered** and **duplicated** come from one run more, against an endpoint that checks every event and refuses what
CloudWatch Logs refuses.`;

/** Writes the report and its charts into the folder of the results. */
export function writeReport(folder: string, rows: readonly Row[], results: Results): void {
  const charts = path.join(folder, 'charts');
  mkdirSync(charts, { recursive: true });
  const sections: string[] = [];
  for (const row of rows) {
    const result = results[row.name];
    if (!result) continue;
    const images = writeCharts(charts, row, result);
    sections.push(section(row, result, images));
  }
  const parts = [HEAD, machines(rows, results), targets(rows, results), ...sections, notCompared()];
  writeFileSync(path.join(folder, 'README.md'), `${parts.join('\n\n')}\n`);
}

function machines(rows: readonly Row[], results: Results): string {
  const byMachine = new Map<string, string[]>();
  for (const { name } of rows) {
    const machine = results[name]?.machine;
    if (!machine) continue;
    const said = describe(machine);
    byMachine.set(said, [...(byMachine.get(said) ?? []), `\`${name}\``]);
  }
  if (byMachine.size === 1) return `Measured on: ${[...byMachine.keys()][0]}.`;
  return ['Measured on:', ...[...byMachine].map(([said, names]) => `- ${said}: ${names.join(', ')}`)].join(
    '\n',
  );
}

function describe({ cpu, cores, memoryGb, platform, node, date }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGb} GB, ${platform}, Node.js ${node}, ${date}`;
}

function targets(rows: readonly Row[], results: Results): string {
  const lines = rows.flatMap((row) => {
    const result = results[row.name];
    return result ? targetRows(row, result) : [];
  });
  return [
    '## What was to be reached',
    '| row | measure | target | measured | |\n|---|---|---:|---:|---|',
    ...lines,
  ]
    .join('\n\n')
    .replace(/\|\n\n\|/g, '|\n|');
}

function section(row: Row, result: RowResult, images: readonly string[]): string {
  const runs = Math.max(0, ...result.cases.map((one) => one.runs.length));
  const notes = [
    `Row \`${row.name}\`, ${runs === 1 ? 'one run' : `medians of ${runs} runs`}`,
    ...(result.scale === 'short' ? ['**a short run, for trying only**'] : []),
  ];
  return [
    `## ${row.title}`,
    `${row.about} ${notes.join(', ')}.`,
    ...images.map((name) => `![${name}](charts/${name}.svg)`),
    rowTable(row, result),
    ...refusals(result),
    ...failureLines(result),
  ].join('\n\n');
}

/** Why the endpoint that checks refused batches, as CloudWatch Logs would have. */
function refusals({ cases }: RowResult): string[] {
  const lines = cases.flatMap(({ label, checked }) => {
    const reasons = checked?.refusals;
    return Array.isArray(reasons) && reasons.length > 0 ? [`- ${label}: refused, ${reasons.join('; ')}`] : [];
  });
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function writeCharts(folder: string, row: Row, { cases }: RowResult): string[] {
  return (row.charts ?? []).flatMap(({ key, title, unit, digits }) => {
    const bars = cases
      .filter(({ runs }) => runs.length > 0)
      .map(
        (one): Bar => ({
          label: one.label,
          group: one.group,
          value: one.medians[key],
          note: wrongWith(one).join(', '),
        }),
      );
    if (bars.length === 0) return [];
    const name = `${row.name}-${key}`;
    const svg = barChart(title, bars, (value) => `${formatNumber(value, digits)} ${unit}`);
    writeFileSync(path.join(folder, `${name}.svg`), svg);
    return [name];
  });
}

function notCompared(): string {
  return [
    '## Not in the tables',
    NOT_COMPARED.map(({ name, reason }) => `- ${name}: ${reason}`).join('\n'),
  ].join('\n\n');
}
