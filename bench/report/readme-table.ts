import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { CaseResult, Results } from '../harness/results.js';
import { formatNumber } from './tables.js';

const BEGIN = '<!-- bench:begin, written by npm run bench -->';
const END = '<!-- bench:end -->';
const ROWS = ['pino-throughput', 'winston-throughput'];
const KEYS = ['lost', 'reordered', 'duplicated'];
const CHARTS = [
  ['pino: events stored a second', 'pino-throughput-eventsPerSecond'],
  ['winston: events stored a second', 'winston-throughput-eventsPerSecond'],
] as const;

/** Puts charts and a short table between the marks of a README; does nothing to one that has no marks. */
export function updateReadme(file: string, results: Results): void {
  if (!existsSync(file)) return;
  const text = readFileSync(file, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  const table = shortTable(results);
  if (begin < 0 || end < begin || table === undefined) return;
  const charts = CHARTS.map(([alt, name]) => `![${alt}](bench/results/charts/${name}.svg)`);
  const between = ['', ...charts, table].join('\n\n');
  writeFileSync(file, `${text.slice(0, begin + BEGIN.length)}${between}\n${text.slice(end)}`);
}

/** `undefined` while a row that it needs has not been measured. */
export function shortTable(results: Results): string | undefined {
  const rows = ROWS.map((name) => results[name]);
  if (rows.some((row) => row === undefined)) return undefined;
  const lines = rows.flatMap((row) => shortened(row?.cases ?? []).map(line));
  const machine = rows[0]?.machine;
  return [
    '| 200 B lines | events stored/s | main thread, µs/event | lost | reordered | duplicated |',
    '|---|---:|---:|---:|---:|---:|',
    ...lines,
    ...(machine
      ? ['', `${machine.cpu}, ${machine.cores} cores, Node.js ${machine.node}, ${machine.date}.`]
      : []),
    '',
  ].join('\n');
}

/** Of every other transport only the case that is faster: at its defaults, or at its best settings. */
function shortened(cases: readonly CaseResult[]): CaseResult[] {
  const measured = cases.filter(({ runs, id }) => runs.length > 0 && id !== 'publisher');
  const rate = ({ medians }: CaseResult) => medians.eventsPerSecond ?? 0;
  return measured.filter(
    (one) =>
      one.group !== 'others' ||
      measured.every((other) => other.task.logger !== one.task.logger || rate(other) <= rate(one)),
  );
}

function line({ label, group, medians }: CaseResult): string {
  const found = KEYS.map((key) => (group === 'floor' ? '–' : formatNumber(medians[key])));
  const rate = formatNumber(medians.eventsPerSecond);
  return `| ${label} | ${rate} | ${formatNumber(medians.mainCpuUsPerEvent, 2)} | ${found.join(' | ')} |`;
}
