import type { EventContext } from 'cloudwatch-logs-publisher';
import { eventTime } from 'cloudwatch-logs-publisher/worker';

type Fields = Readonly<Record<string, unknown>>;

type Level = Pick<EventContext, 'level' | 'severity'>;

/** Levels by the numbers that pino writes into its lines, and by the names that a formatter of the application writes. */
export type LevelNames = ReadonlyMap<number | string, Level>;

/** pino's own levels. */
export const PINO_LEVELS = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 } as const;

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const BRACE = 125;
const ZERO = 48;
const NINE = 57;
const TIME_KEY = ',"time":';
const LEVEL_PREFIX = '{"level":';
/** Written by `formatters.level` under another name, as "severity", or "log.level" of the Elastic Common Schema. */
const OTHER_LEVEL = /^\{"[^"\\]*(?:level|severity|lvl)":"([^"\\]{1,64})"[,}]/i;
const NO_FIELDS: Fields = {};
const NO_LEVEL: Level = {};

/** @param custom names and numbers as in pino's `customLevels`; they win over pino's own */
export function levelNames(custom: Readonly<Record<string, number>> = {}): LevelNames {
  const names = new Map<number | string, Level>();
  for (const [level, severity] of Object.entries({ ...PINO_LEVELS, ...custom })) {
    const known = { level, severity };
    names.set(severity, known).set(level, known);
  }
  return names;
}

/**
 * When a line was logged, in milliseconds since the epoch. pino writes `{"level":30,"time":1700000000000,` at the
 * start of every line, so a look at the first characters does. A `time` elsewhere in a line is something else.
 *
 * @param now gives the time of a line that tells none, or is not JSON
 * @param timeKey name of the field that holds the time, wherever in the line, when the application says so
 */
export function readTimestamp(line: string, now: () => number, timeKey?: string): number {
  const at = valueAfter(line, timeKey === undefined ? TIME_KEY : `,${JSON.stringify(timeKey)}:`);
  if (at !== -1) return eventTime(valueAt(line, at), now(), true);
  return timeKey === undefined ? now() : eventTime(parse(line)[timeKey], now(), true);
}

/** A number or a text without escapes; `undefined` when it is something else. */
function valueAt(line: string, at: number): unknown {
  if (line.charCodeAt(at) === QUOTE) {
    const end = endOfText(line, at + 1);
    return end === -1 ? undefined : line.slice(at + 1, end);
  }
  let end = at;
  while (end < line.length && line.charCodeAt(end) !== COMMA && line.charCodeAt(end) !== BRACE) end++;
  const number = Number(line.slice(at, end));
  return end === line.length || end === at || Number.isNaN(number) ? undefined : number;
}

/** Level and fields of a line, for a stream name that depends on them. The line is parsed only when fields are asked for. */
export function readContext(line: string, names: LevelNames): EventContext {
  const fields = parsedOnce(line);
  const { level, severity } = levelIn(line, names, fields);
  return { level, severity, fields };
}

/** The level of a line alone. */
export function readLevel(line: string, names: LevelNames): EventContext {
  const other = line.startsWith(LEVEL_PREFIX) ? null : OTHER_LEVEL.exec(line);
  return other ? levelOf(other[1], names) : levelIn(line, names, parsedOnce(line));
}

function levelIn(line: string, names: LevelNames, fields: () => Fields): Level {
  const match = line.startsWith(LEVEL_PREFIX) ? /^\{"level":(?:(\d+)|"([^"\\]*)")[,}]/.exec(line) : null;
  if (match) return levelOf(match[2] ?? Number(match[1]), names);
  const found = levelOf(fields().level, names);
  return found === NO_LEVEL ? levelOf(OTHER_LEVEL.exec(line)?.[1], names) : found;
}

function levelOf(value: unknown, names: LevelNames): Level {
  if (typeof value === 'number') return names.get(value) ?? { level: String(value), severity: value };
  return typeof value === 'string' && value !== '' ? (names.get(value) ?? { level: value }) : NO_LEVEL;
}

function parsedOnce(line: string): () => Fields {
  let parsed: Fields | undefined;
  return () => {
    parsed ??= parse(line);
    return parsed;
  };
}

/** Where the value of a key starts that is the second property, after one number or plain string; -1 if it is not. */
function valueAfter(line: string, key: string): number {
  if (!line.startsWith('{"')) return -1;
  let i = endOfText(line, 2);
  if (i === -1 || line[i + 1] !== ':') return -1;
  i += 2;
  if (line.charCodeAt(i) === QUOTE) {
    i = endOfText(line, i + 1);
    if (i === -1) return -1;
    i++;
  } else {
    const start = i;
    while (line.charCodeAt(i) >= ZERO && line.charCodeAt(i) <= NINE) i++;
    if (i === start) return -1;
  }
  return line.startsWith(key, i) ? i + key.length : -1;
}

/** The quote that ends a text without escapes; -1 when it has some, is long or does not end. */
function endOfText(line: string, from: number): number {
  const most = Math.min(line.length, from + 64);
  for (let i = from; i < most; i++) {
    const code = line.charCodeAt(i);
    if (code === QUOTE) return i;
    if (code === BACKSLASH) return -1;
  }
  return -1;
}

function parse(line: string): Fields {
  if (!line.startsWith('{')) return NO_FIELDS;
  try {
    return JSON.parse(line);
  } catch {
    return NO_FIELDS;
  }
}
