import { crc32 } from 'node:zlib';

const LINE_END = 0x0a;
/** Eight hexadecimal digits and a space. */
const PREFIX = 9;

/**
 * A record as a line: the CRC-32 of its JSON, a space, the JSON. JSON has no line end of its own, and a line that was not
 * written to its end, or was damaged, does not fit its checksum.
 */
export function encodeLine(record: object): Buffer {
  const json = JSON.stringify(record);
  return Buffer.from(`${checksum(json)} ${json}\n`);
}

/** The records of a file. Damaged lines are left out. `end` is where the last whole line ends: behind it is a torn tail. */
export function decodeLines(file: Buffer): { readonly records: readonly unknown[]; readonly end: number } {
  const records: unknown[] = [];
  let end = 0;
  for (let from = 0; from < file.length; ) {
    const at = file.indexOf(LINE_END, from);
    if (at === -1) break;
    const json = file.subarray(from + PREFIX, at);
    if (file.toString('latin1', from, from + PREFIX) === `${checksum(json)} `) {
      records.push(JSON.parse(json.toString()));
      end = at + 1;
    }
    from = at + 1;
  }
  return { records, end };
}

function checksum(json: string | Buffer): string {
  return crc32(json).toString(16).padStart(8, '0');
}
