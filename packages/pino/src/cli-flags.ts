import { parseArgs } from 'node:util';
import type { PublisherOptions } from 'cloudwatch-logs-publisher';
import { OPTIONS, type OptionRow, unknownFlag } from 'cloudwatch-logs-publisher/worker';

/** A command line that was read. */
export interface Command {
  readonly options: PublisherOptions;
  /** Field that holds the time of a line; `undefined` for pino's own. */
  readonly timeKey: string | undefined;
  /** Copy what is read to stdout. */
  readonly echo: boolean;
  /** Read no faster than CloudWatch Logs takes. */
  readonly wait: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

const SHORT: Readonly<Record<string, string>> = {
  group: 'logGroupName',
  stream: 'logStreamName',
  retention: 'retentionInDays',
};
const AWS = ['region', 'endpoint', 'profile'];

export const HELP = `Usage: some-app | pino-cloudwatch-logs --group <name> [options]
       pino-cloudwatch-logs doctor --group <name>    whether logs arrive, and if not, why

Reads lines from stdin, JSON of pino or any other text, and publishes them to Amazon CloudWatch Logs.

  --group <name>       log group (required)
  --stream <template>  log stream (default {date}/{hostname}/{instance})
  --region <region>    AWS Region (default: AWS_REGION, or the profile's)
  --profile <name>     profile of the AWS configuration files
  --endpoint <url>     another endpoint than AWS's own
  --retention <days>   retention of the log group
  --time-key <name>    field of a line that holds its time (default: time, where pino writes it)
  --echo               copy what is read to stdout
  --wait               read no faster than CloudWatch Logs takes: for files. An application at the other end of
                       the pipe would be held up; without it a full buffer drops the oldest events and says so. It ends
                       when everything is stored, or after a signal
  --help               this text
  --version            the version of this package

Every option of the transport is a flag as well:
  ${wrap(flagNames())}
A switch is turned off with --no-<flag>. Objects are written as JSON.

Credentials come from where the AWS SDK looks for them. SIGINT and SIGTERM deliver what was read first. The exit
code is 1 when events were not delivered.
`;

/** @throws Error when a flag is unknown or misses its value */
export function readCommand(args: readonly string[]): Command {
  const values = readFlags(args);
  const options: Record<string, unknown> = {};
  const aws: Record<string, unknown> = {};
  for (const [flag, value] of Object.entries(values)) {
    if (flag === 'echo' || flag === 'wait' || flag === 'help' || flag === 'version' || flag === 'time-key')
      continue;
    if (AWS.includes(flag)) aws[flag] = value;
    else options[optionOf(flag)] = readValue(optionOf(flag), value);
  }
  const help = values.help === true;
  const version = values.version === true;
  if (options.logGroupName === undefined && !help && !version)
    throw new TypeError('--group is missing: the name of the log group. See --help.');
  if (Object.keys(aws).length > 0) options.aws = { ...(options.aws as object | undefined), ...aws };
  return {
    // Checked by the publisher, with messages that name the option.
    options: options as unknown as PublisherOptions,
    timeKey: values['time-key'] as string | undefined,
    echo: values.echo === true,
    wait: values.wait === true,
    help,
    version,
  };
}

function readFlags(args: readonly string[]): Record<string, unknown> {
  const options = {
    echo: { type: 'boolean' },
    wait: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean' },
    'time-key': { type: 'string' },
    ...Object.fromEntries(
      [...AWS, ...Object.keys(SHORT), ...flagNames()].map((flag) => [
        flag,
        { type: howGiven(optionOf(flag)) === 'switch' ? 'boolean' : 'string' } as const,
      ]),
    ),
  } as const;
  try {
    return parseArgs({ args: [...args], allowNegative: true, options }).values;
  } catch (error) {
    throw unknownFlag(error, Object.keys(options));
  }
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

function wrap(flags: readonly string[]): string {
  const lines = [''];
  for (const flag of flags.map((name) => `--${name}`)) {
    const last = lines.length - 1;
    if (lines[last].length + flag.length > 100) lines.push(flag);
    else lines[last] = `${lines[last]} ${flag}`.trimStart();
  }
  return lines.join('\n  ');
}
