import type { Group } from '../harness/row.js';

export interface Bar {
  /** Markdown, as in the tables. */
  readonly label: string;
  readonly group: Group;
  /** `undefined` is shown as a gap with {@link note}. */
  readonly value: number | undefined;
  /** Text behind the bar; the value with its unit is before it. */
  readonly note?: string;
}

const WIDTH = 980;
const LABEL_WIDTH = 490;
const VALUE_WIDTH = 190;
const BAR_HEIGHT = 18;
const STEP = 26;
const TOP = 40;

// Readable on white and on black: text follows the colour scheme of the reader, bars are of middle lightness.
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 14px; font-weight: 600 }
  .ours-label { font-weight: 600 }
  .floor { fill: #8b949e } .ours { fill: #1f6feb } .others { fill: #d29922 }
  .axis { stroke: #8b949e; stroke-width: 1 }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .ours { fill: #58a6ff } }`;

/** Horizontal bars as an SVG that needs nothing else. */
export function barChart(title: string, bars: readonly Bar[], format: (value: number) => string): string {
  const height = TOP + bars.length * STEP + 8;
  const most = Math.max(...bars.map(({ value }) => value ?? 0)) || 1;
  const room = WIDTH - LABEL_WIDTH - VALUE_WIDTH;
  const rows = bars.map(({ label, group, value, note }, index) => {
    const y = TOP + index * STEP;
    const width = Math.max(1, ((value ?? 0) / most) * room);
    const said = [value === undefined ? undefined : format(value), note].filter(Boolean).join(', ');
    const labelClass = group === 'ours' ? ' class="ours-label"' : '';
    return [
      `  <text x="${LABEL_WIDTH - 8}" y="${y + 13}" text-anchor="end"${labelClass}>${escaped(plain(label))}</text>`,
      ...(value === undefined
        ? []
        : [
            `  <rect class="${group}" x="${LABEL_WIDTH}" y="${y}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" rx="2"/>`,
          ]),
      `  <text x="${(LABEL_WIDTH + (value === undefined ? 0 : width) + 6).toFixed(1)}" y="${y + 13}">${escaped(said)}</text>`,
    ].join('\n');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
  <title>${escaped(title)}</title>
  <style>${STYLE}
  </style>
  <text class="title" x="8" y="22">${escaped(title)}</text>
  <line class="axis" x1="${LABEL_WIDTH}" y1="${TOP - 6}" x2="${LABEL_WIDTH}" y2="${height - 6}"/>
${rows.join('\n')}
</svg>
`;
}

function plain(markdown: string): string {
  return markdown.replace(/[*`]/g, '');
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
