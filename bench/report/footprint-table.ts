import { readFileSync, writeFileSync } from 'node:fs';

/** What installations took. */
export interface Footprint {
  readonly node: string;
  readonly date: string;
  readonly rows: readonly {
    readonly label: string;
    readonly packages: number;
    readonly bytes: number;
    /** In blocks of 4 KiB. */
    readonly bytesOnDisk: number;
  }[];
}

const BEGIN = '<!-- footprint:begin, written by npm run footprint -->';
const END = '<!-- footprint:end -->';

/** The table, for people. */
export function footprintTable({ node, date, rows }: Footprint): string {
  return [
    '| installed together | packages | MB of files | MB on disk |',
    '|---|---:|---:|---:|',
    ...rows.map(({ label, packages, bytes, bytesOnDisk }) => {
      return `| ${label} | ${packages} | ${megabytes(bytes)} | ${megabytes(bytesOnDisk)} |`;
    }),
    '',
    `By npm into an empty folder, with Node.js ${node}, ${date}; on disk in blocks of 4 KiB. Most of it is the AWS SDK, which an`,
    'application that uses AWS has already.',
  ].join('\n');
}

/** Puts the table between the marks of a README. @throws Error when the marks are not there */
export function putFootprint(file: string, footprint: Footprint): void {
  const text = readFileSync(file, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`${file} has no ${BEGIN} and ${END}`);
  writeFileSync(
    file,
    [text.slice(0, begin) + BEGIN, footprintTable(footprint), text.slice(end)].join('\n\n'),
  );
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
