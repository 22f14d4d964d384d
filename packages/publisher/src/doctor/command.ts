import type { Writable } from 'node:stream';
import { versionOf } from '../modules/find-package.js';
import { optionFlagsHelp, readCommandLine } from '../options/flags.js';
import type { PublisherOptions } from '../options/options.js';
import { nearestName } from '../options/spelling.js';
import { lineForPeople } from '../text/for-people.js';
import type { Check } from './checks.js';
import { type DoctorReport, doctor } from './doctor.js';

/** Besides a flag for every option. */
const OWN = {
  timeout: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

const usage = (program: string): string => `Usage: ${program} doctor --group <name> [options]

Looks at everything on the way of a log event into Amazon CloudWatch Logs, and stores one event as the transport would:
Region, credentials and whose they are, proxy, DNS, TCP, TLS, clock, log group and stream, permissions, latency.

  --group <name>           log group (required)
  --stream <template>      log stream (default {date}/{hostname}/{instance})
  --region <region>        AWS Region (default: AWS_REGION, or the profile's)
  --profile <name>         profile of the AWS configuration files
  --endpoint <url>         another endpoint than AWS's own
  --client-module <path>   module that makes the client, such as one with a proxy
  --retention <days>       retention of the log group, as in the option retentionInDays
  --entity auto            send the entity that the environment names, as with the option entity
  --timeout <seconds>      longest that one step may take (default 15)
  --json                   one JSON object a line: each check as it ends, then the result

Every option of the transport is a flag as well:
${optionFlagsHelp()}
A switch is turned off with --no-<flag>, such as --no-create-log-group. Objects are written as JSON.

Exit codes: 0 logs arrive, 1 a check failed, 2 the command line is wrong.
`;

const programUsage = (program: string): string => `Usage: ${program} doctor --group <name>

  doctor      says whether logs arrive, and if not, why; doctor --help tells more
  --version   the version of this package
`;

/** Where the command writes to. */
export interface DoctorOutput {
  /** For the findings; in colour on a terminal. */
  readonly stdout: Writable & {
    /** Whether it is a terminal. */
    readonly isTTY?: boolean;
  };
  /** For mistakes on the command line. */
  readonly stderr: Writable;
}

/**
 * Runs a program whose one command is `doctor`, and resolves with the exit code. All packages have one version, so it says its
 * own for theirs.
 *
 * @param args all that follows the name of the program
 */
export async function doctorProgram(
  [command = '', ...args]: readonly string[],
  output: DoctorOutput,
  program: string,
): Promise<number> {
  if (command === 'doctor') return doctorCommand(args, output, program);
  if (command === '--version') {
    output.stdout.write(`${versionOf('cloudwatch-logs-publisher', import.meta.url)}\n`);
    return 0;
  }
  if (command === '--help' || command === '-h') {
    output.stdout.write(programUsage(program));
    return 0;
  }
  if (command !== '') {
    const nearest = nearestName(command, ['doctor', '--help', '--version']);
    const hint = nearest === undefined ? '' : ` Did you mean '${nearest}'?`;
    output.stderr.write(`${lineForPeople(`Unknown command '${command}'.${hint}`)}\n\n`);
  }
  output.stderr.write(programUsage(program));
  return 2;
}

/**
 * Runs `doctor` with the flags that follow it and resolves with the exit code.
 *
 * @param program name of the command that it is part of
 */
export async function doctorCommand(
  args: readonly string[],
  { stdout, stderr }: DoctorOutput,
  program: string,
): Promise<number> {
  const command = readCommand(args, program);
  if (typeof command === 'string') {
    stderr.write(`${command}\n`);
    return 2;
  }
  const { options, json, help, version } = command;
  if (help) {
    stdout.write(usage(program));
    return 0;
  }
  if (version) {
    stdout.write(`${versionOf('cloudwatch-logs-publisher', import.meta.url)}\n`);
    return 0;
  }
  let report: DoctorReport;
  try {
    const onCheck = (check: Check) => {
      stdout.write(`${json ? JSON.stringify(check) : lineOf(check, stdout.isTTY === true)}\n`);
    };
    report = await doctor(options, { onCheck });
  } catch (error) {
    stderr.write(`${lineForPeople(error instanceof Error ? error.message : String(error))}\n`);
    return 2;
  }
  const { ok, policy } = report;
  if (json) stdout.write(`${JSON.stringify({ ok, policy })}\n`);
  else {
    if (policy)
      stdout.write(
        `\nAdd this statement to a policy of the role or user:\n\n${JSON.stringify(policy, undefined, 2)}\n`,
      );
    stdout.write(ok ? '\nLogs arrive.\n' : '\nLogs do not arrive; the failures above say why.\n');
  }
  return ok ? 0 : 1;
}

interface Command {
  readonly options: PublisherOptions;
  readonly json: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

/** @returns a text that says what is wrong with the command line */
function readCommand(args: readonly string[], program: string): Command | string {
  try {
    const { options, own } = readCommandLine(args, OWN);
    const { logGroupName = '' } = options;
    const { timeout } = own;
    const [json, help, version] = [own.json === true, own.help === true, own.version === true];
    if (!help && !version && logGroupName === '') return `--group is missing.\n\n${usage(program)}`;
    if (timeout !== undefined && !(Number(timeout) > 0))
      return `--timeout must be a number of seconds; got '${timeout}'.`;
    const time = timeout === undefined ? {} : { requestTimeoutMs: Number(timeout) * 1000 };
    return { options: { ...options, logGroupName, ...time }, json, help, version };
  } catch (error) {
    return lineForPeople(error instanceof Error ? error.message : String(error));
  }
}

const SIGNS = { ok: '✓', warn: '!', fail: '✗', skip: '-' } as const;
const COLORS = { ok: 32, warn: 33, fail: 31, skip: 90 } as const;

function lineOf({ check, status, message, durationMs }: Check, hasColors: boolean): string {
  const sign = hasColors ? `\u001b[${COLORS[status]}m${SIGNS[status]}\u001b[0m` : SIGNS[status];
  const time = status === 'skip' ? '' : ` (${durationMs} ms)`;
  return `${sign} ${check.padEnd(12)}${lineForPeople(message)}${time}`;
}
