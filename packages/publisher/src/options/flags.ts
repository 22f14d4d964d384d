import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { OptionRow } from './option-rows.js';
import { OPTIONS, type PublisherOptions } from './options.js';
import { unknownFlag } from './spelling.js';

// The flags of the commands for the options of a publisher, made of the table of options.

type Flags = NonNullable<ParseArgsConfig['options']>;

/** The options that are needed most have a short name as well. */
const SHORT: Readonly<Record<string, string>> = {
  group: 'logGroupName',
  stream: 'logStreamName',
  retention: 'retentionInDays',
};
/** Settings of the option `aws` that are flags of their own. */
const AWS = ['region', 'endpoint', 'profile'];
const LONGEST_LINE = 100;

/** A command line that was read. */
export interface CommandLine {
  /** Checked by the publisher, with messages that name the option. */
  readonly options: Partial<PublisherOptions>;
  /** Values of the flags that the command has besides. */
  readonly own: Readonly<Record<string, unknown>>;
}

/**
 * Reads a command line that has a flag for every option.
 *
 * @param own flags that the command has besides
 * @throws Error when a flag is unknown or misses its value
 */
export function readCommandLine(args: readonly string[], own: Flags): CommandLine {
  const names = [...AWS, ...Object.keys(SHORT), ...flagNames()];
  const flags: Flags = {
    ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
    ...own,
  };
  const options: Record<string, unknown> = {};
  const aws: Record<string, unknown> = {};
  const others: Record<string, unknown> = {};
  for (const [flag, value] of Object.entries(parse(args, flags))) {
    if (flag in own) others[flag] = value;
    else if (AWS.includes(flag)) aws[flag] = value;
    else options[optionOf(flag)] = readValue(optionOf(flag), value);
  }
  if (Object.keys(aws).length > 0) options.aws = { ...(options.aws as object | undefined), ...aws };
  return { options, own: others };
}

/** The flags of the options, for the help of a command: lines that begin with two spaces. */
export function optionFlagsHelp(): string {
  const lines = [''];
  for (const flag of flagNames().map((name) => `--${name}`)) {
    const last = lines.length - 1;
    if (lines[last].length + flag.length > LONGEST_LINE) lines.push(flag);
    else lines[last] = `${lines[last]} ${flag}`.trimStart();
  }
  return lines.map((line) => `  ${line}`).join('\n');
}

function parse(args: readonly string[], options: Flags): Readonly<Record<string, unknown>> {
  try {
    return parseArgs({ args: spelledOut(args), allowNegative: true, options }).values;
  } catch (error) {
    throw unknownFlag(error, Object.keys(options));
  }
}

/** Switches with the value that they stand for, unless one follows, as in `--gzip auto`. */
function spelledOut(args: readonly string[]): string[] {
  return args.map((arg, index) => {
    const flag = /^--(?:no-)?([^=]*)$/.exec(arg)?.[1];
    if (flag === undefined || howGiven(optionOf(flag)) !== 'switch') return arg;
    if (arg === `--no-${flag}`) return `--${flag}=false`;
    const next = args[index + 1];
    return next === undefined || next.startsWith('-') ? `${arg}=true` : arg;
  });
}

function flagNames(): string[] {
  return Object.keys(OPTIONS)
    .filter((name) => howGiven(name) !== 'none')
    .map((name) => name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`));
}

function optionOf(flag: string): string {
  return SHORT[flag] ?? flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function howGiven(option: string): OptionRow['flag'] | undefined {
  return (OPTIONS as Readonly<Record<string, OptionRow>>)[option]?.flag;
}

function readValue(option: string, value: unknown): unknown {
  if (typeof value !== 'string' || howGiven(option) === 'text') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
