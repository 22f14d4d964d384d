import type { CaseResult, RowResult } from '../harness/results.js';
import type { Column, Median, Rounds, Row, Target } from '../harness/row.js';
import { eventsOf } from './losses.js';

/** Counts of events that a transport should not have: shown with the part of all, so that they stand out. */
const FAULTS = new Set(['lost', 'reordered', 'duplicated', 'missing']);

/** A Markdown table of what a row gave. */
export function rowTable(row: Row, result: RowResult): string {
  const known = row.columns.filter(({ key }) =>
    result.cases.some(({ medians }) => medians[key] !== undefined),
  );
  const shown = known.length > 0 ? known : row.columns;
  return [
    `| | ${shown.map(({ title }) => title).join(' | ')} |`,
    `|---|${shown.map(() => '---:').join('|')}|`,
    ...result.cases.map((one) => `| ${one.label} | ${cells(one, shown).join(' | ')} |`),
  ].join('\n');
}

function cells(one: CaseResult, columns: readonly Column[]): string[] {
  if (one.skipped !== undefined) return [`skipped: ${one.skipped}`, ...columns.slice(1).map(() => '')];
  if (one.runs.length === 0) return ['no figure: every run failed', ...columns.slice(1).map(() => '')];
  return columns.map(({ key, digits }) => {
    const value = one.medians[key];
    return FAULTS.has(key) ? fault(value, eventsOf(one)) : formatNumber(value, digits);
  });
}

function fault(count: number | undefined, events: number | undefined): string {
  if (!count) return formatNumber(count);
  const part = events === undefined ? '' : ` (${formatNumber((count / events) * 100, 1)} %)`;
  return `**${formatNumber(count)}**${part}`;
}

/** Runs that gave no figures, and why. */
export function failureLines({ cases }: RowResult): string[] {
  const lines = cases.flatMap(({ label, failures = [] }) =>
    failures.length === 0
      ? []
      : [`- ${label}, ${failures.length} failed: ${failures[0].replace(/\s+/g, ' ')}`],
  );
  return lines.length === 0 ? [] : [lines.join('\n')];
}

/** Targets as lines of a Markdown table: row, measure, target, measured, whether it is met. */
export function targetRows(row: Row, result: RowResult): string[] {
  return (row.targets ?? []).map((target) => `| \`${row.name}\` | ${judged(target, result).join(' | ')} |`);
}

/** The same for a terminal. */
export function targetLines(row: Row, result: RowResult): string[] {
  return (row.targets ?? []).map((target) => {
    const [text, wanted, measured, verdict] = judged(target, result);
    return `- ${text}: ${wanted}; measured ${measured}, ${verdict}`;
  });
}

function judged(target: Target, result: RowResult): [string, string, string, string] {
  const { text, bound, value, unit } = target;
  const measured = target.measured(medianIn(result), roundsIn(result));
  const wanted = `${bound} ${formatNumber(value, decimals(value))} ${unit}`.trim();
  if (measured === undefined) return [text, wanted, '–', 'not measured'];
  const isMet = bound === 'at most' ? measured <= value : measured >= value;
  const digits = Number.isInteger(measured) ? 0 : 2;
  return [text, wanted, `${formatNumber(measured, digits)} ${unit}`.trim(), isMet ? 'met' : '**not met**'];
}

function medianIn(result: RowResult): Median {
  return (caseId, key) => result.cases.find(({ id }) => id === caseId)?.medians[key];
}

function roundsIn(result: RowResult): Rounds {
  const rounds = Math.max(...result.cases.map(({ runs }) => runs.length));
  return (caseId, key) => {
    const runs = result.cases.find(({ id }) => id === caseId)?.runs ?? [];
    const figures = runs.map((metrics) => metrics[key]).filter((figure) => typeof figure === 'number');
    return figures.length === rounds ? figures : [];
  };
}

function decimals(value: number): number {
  return Number.isInteger(value) ? 0 : (String(value).split('.')[1]?.length ?? 0);
}

/** Thousands are separated, so that figures can be read. */
export function formatNumber(value: number | undefined, digits = 0): string {
  if (value === undefined) return '–';
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
