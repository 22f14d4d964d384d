import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Results } from '../harness/results.js';

const BEGIN = '<!-- bench:begin, written by npm run bench -->';
const END = '<!-- bench:end -->';
const CHARTS = [
  ['pino: events stored a second', 'pino-throughput'],
  ['winston: events stored a second', 'winston-throughput'],
] as const;

/** Puts the charts between the marks of a README; does nothing to one that has no marks, or before both were measured. */
export function updateReadme(file: string, results: Results): void {
  if (!existsSync(file) || CHARTS.some(([, row]) => results[row] === undefined)) return;
  const text = readFileSync(file, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) return;
  const charts = CHARTS.map(([alt, row]) => `![${alt}](bench/results/charts/${row}-eventsPerSecond.svg)`);
  writeFileSync(file, [text.slice(0, begin) + BEGIN, ...charts, text.slice(end)].join('\n\n'));
}
