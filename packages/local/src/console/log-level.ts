/** From worst to least; `none` where no level is to be seen. */
export const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'none'] as const;
export type Level = (typeof LEVELS)[number];

const WORDS: Readonly<Record<string, Level>> = {
  fatal: 'fatal',
  critical: 'fatal',
  crit: 'fatal',
  emerg: 'fatal',
  emergency: 'fatal',
  alert: 'fatal',
  panic: 'fatal',
  error: 'error',
  err: 'error',
  severe: 'error',
  warn: 'warn',
  warning: 'warn',
  info: 'info',
  information: 'info',
  notice: 'info',
  http: 'info',
  debug: 'debug',
  verbose: 'debug',
  trace: 'trace',
  silly: 'trace',
};

/** A member that names the level, not one in a string inside: there a backslash stands before the quote. */
const MEMBER =
  /(?<!\\)"(?:level|severity|lvl|levelname|level_name|log_level|loglevel|log\.level|severityText)"\s*:\s*(?:"([A-Za-z]{3,12})"|(\d{1,3})\b)/i;
/** `ERROR` as a word of its own, `[error]`, `level=error`, or `error:` at the start. */
const WORD =
  /(?:^|[^\w.-])(FATAL|CRITICAL|EMERG|ALERT|PANIC|ERROR|SEVERE|WARN(?:ING)?|INFO|NOTICE|DEBUG|VERBOSE|TRACE)(?![\w-])|[[(<](\w{3,11})[\])>]|\b(?:level|severity|lvl)=["']?(\w{3,11})|^\s*(\w{3,11}):/;
const ANSI = /\u001b\[[\d;]*m/g;
const JSON_HEAD = 16_384;
const TEXT_HEAD = 160;

/** The level of a message, as pino, winston and most loggers write it. */
export function levelOf(message: string): Level {
  if (message.charCodeAt(0) === 0x7b) {
    const match = MEMBER.exec(message.length > JSON_HEAD ? message.slice(0, JSON_HEAD) : message);
    if (match === null) return 'none';
    return match[2] === undefined ? ofWord(match[1]) : ofNumber(Number(match[2]));
  }
  const head = message.slice(0, TEXT_HEAD);
  const match = WORD.exec(head.includes('\u001b') ? head.replace(ANSI, '') : head);
  if (match === null) return 'none';
  return ofWord(match[1] ?? match[2] ?? match[3] ?? match[4]);
}

function ofWord(word = ''): Level {
  const name = word.toLowerCase();
  return Object.hasOwn(WORDS, name) ? (WORDS[name] ?? 'none') : 'none';
}

/** The numbers of pino and bunyan. */
function ofNumber(level: number): Level {
  if (level < 10) return 'none';
  if (level < 20) return 'trace';
  if (level < 30) return 'debug';
  if (level < 40) return 'info';
  if (level < 50) return 'warn';
  return level < 60 ? 'error' : 'fatal';
}
