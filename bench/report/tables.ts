import type { CaseResult, RowResult } from '../harness/results.js';
import type { Column, Median, Row, Target } from '../harness/row.js';

/** A Markdown table of what a row gave, and what it was to reach. */
export function rowTable(row: Row, result: RowResult): string {
  const shown = row.columns.filter(({ key }) =>
    result.cases.some(({ medians }) => medians[key] !== undefined),
  );
  const lines = [
    `| | ${shown.map(({ title }) => title).join(' | ')} |`,
    `|---|${shown.map(() => '---:').join('|')}|`,
    ...result.cases.map((one) => `| ${one.label} | ${cells(one, shown).join(' | ')} |`),
  ];
  return [lines.join('\n'), ...failureLines(result), ...targetLines(row, result)].join('\n\n');
}

function cells(one: CaseResult, columns: readonly Column[]): string[] {
  if (one.skipped !== undefined) return [`skipped: ${one.skipped}`, ...columns.slice(1).map(() => '')];
  if (one.runs.length === 0) return ['no figure: every run failed', ...columns.slice(1).map(() => '')];
  return columns.map(({ key, digits }) => formatNumber(one.medians[key], digits));
}

function failureLines({ cases }: RowResult): string[] {
  const lines = cases.flatMap(({ label, failures = [] }) =>
    failures.length === 0
      ? []
      : [`- ${label}, ${failures.length} failed: ${failures[0].replace(/\s+/g, ' ')}`],
  );
  return lines.length === 0 ? [] : [lines.join('\n')];
}

export function targetLines(row: Row, result: RowResult): string[] {
  const lines = (row.targets ?? []).map((target) => `- ${targetLine(target, result)}`);
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function targetLine(target: Target, result: RowResult): string {
  const { text, bound, value, unit } = target;
  const measured = target.measured(medianIn(result));
  const wanted = `${text}: ${bound} ${formatNumber(value, decimals(value))} ${unit}`;
  if (measured === undefined) return `${wanted}; not measured`;
  const isMet = bound === 'at most' ? measured <= value : measured >= value;
  return `${wanted}; measured ${formatNumber(measured, 2)} ${unit}, ${isMet ? 'met' : '**not met**'}`;
}

export function medianIn(result: RowResult): Median {
  return (caseId, key) => result.cases.find(({ id }) => id === caseId)?.medians[key];
}

function decimals(value: number): number {
  return Number.isInteger(value) ? 0 : (String(value).split('.')[1]?.length ?? 0);
}

/** Thousands are separated, so that figures can be read. */
export function formatNumber(value: number | undefined, digits = 0): string {
  if (value === undefined) return '–';
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
