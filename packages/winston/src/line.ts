import { configure } from 'safe-stable-stringify';
import { errorFields, isError } from './error-fields.js';
import { examine, isSimple, stringifyRecord } from './json-line.js';
import { type LogInfo, type LogLine, MESSAGE } from './log-info.js';

/** The line of `winston.format.json()`, the format of a logger that names none. */
const plainJson = configure({});

/**
 * The text to store for a record. Never throws.
 *
 * A format's line is the user's choice and is stored as it is. Two lines are not such a choice: plain JSON of the
 * record, which winston's default format makes and which loses errors, and the bare message of an error, which
 * `format.errors()` leaves behind for another format to finish.
 */
export function lineOf(info: LogInfo, choice: LogLine): string {
  try {
    return chosenLine(info, choice);
  } catch {
    // A proxy that throws, or nothing that has fields at all.
    return ownLine({ message: info });
  }
}

function chosenLine(info: LogInfo, choice: LogLine): string {
  const line = info[MESSAGE];
  if (typeof line !== 'string' || line === '' || choice === 'json') return ownLine(info);
  if (choice === 'format') return line;
  if (line.startsWith('{')) {
    if (isSimple(info)) return line;
    const { lossy, plain } = examine(info);
    return lossy && isPlainJson(info, line) ? stringifyRecord(plain, info) : line;
  }
  return line === info.message && typeof info.stack === 'string' ? ownLine(info) : line;
}

/**
 * The record without the line that an earlier format made, when that is plain JSON of it: a format that runs now
 * changes the record, and the line would not show it.
 */
export function withoutStaleLine(info: LogInfo): LogInfo {
  const line = info[MESSAGE];
  if (typeof line !== 'string' || !line.startsWith('{') || !isPlainJson(info, line)) return info;
  const without: Record<PropertyKey, unknown> = isError(info)
    ? { ...errorFields(info), ...info }
    : { ...info };
  delete without[MESSAGE];
  return without;
}

function ownLine(info: LogInfo): string {
  const { plain } = examine(info);
  return stringifyRecord(plain, info);
}

function isPlainJson(info: LogInfo, line: string): boolean {
  try {
    const bigintAsText = (_: string, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value;
    return plainJson(info, bigintAsText) === line;
  } catch {
    return false;
  }
}
