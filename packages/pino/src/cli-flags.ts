import type { PublisherOptions } from 'cloudwatch-logs-publisher';
import { optionFlagsHelp, readCommandLine } from 'cloudwatch-logs-publisher/worker';

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

const OWN = {
  echo: { type: 'boolean' },
  wait: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  'time-key': { type: 'string' },
} as const;

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
${optionFlagsHelp()}
A switch is turned off with --no-<flag>; --gzip may have auto
behind it. Objects are written as JSON.

Credentials come from where the AWS SDK looks for them. SIGINT and SIGTERM deliver what was read first. The exit
code is 1 when events were not delivered.
`;

/** @throws Error when a flag is unknown or misses its value */
export function readCommand(args: readonly string[]): Command {
  const { options, own } = readCommandLine(args, OWN);
  const [help, version] = [own.help === true, own.version === true];
  if (options.logGroupName === undefined && !help && !version)
    throw new TypeError('--group is missing: the name of the log group. See --help.');
  return {
    options: options as PublisherOptions, // checked by the publisher, with messages that name the option
    timeKey: own['time-key'] as string | undefined,
    echo: own.echo === true,
    wait: own.wait === true,
    help,
    version,
  };
}
