import { once } from 'node:events';
import fs from 'node:fs';
import type { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { versionOf } from '../modules/find-package.js';
import { unknownFlag } from '../options/spelling.js';
import { describeDestination } from '../spool/format/destination.js';
import { mergeStreams } from '../spool/takeover/recovery.js';
import { printable, printableJson } from '../text/for-people.js';
import { damageOf, inspectSpool, type OwnerReport, printSpool } from './inspect.js';
import { replayCommand } from './replay.js';

const USAGE = `Usage: cloudwatch-logs-spool <command> <directory>

Looks into the directory that the \`spool\` option names, also while applications write to it. Only \`replay\` changes it.

  list <directory>      owners, their segments, events that are not delivered yet, the oldest of them, by stream
  print <directory>     these events, one JSON object a line
        --stream NAME     only those of this log stream
        --group NAME      only those of this log group
  verify <directory>    reads every file; exit code 1 when something is damaged
  replay <directory>    sends what processes left that have ended, each to its own Region and endpoint; what it cannot
                        send stays. Those of other hosts and containers it watches for a minute before, to see
                        whether they have ended. Flags say what events that name none are sent with; events that
                        name another are not sent
        --region NAME     AWS Region; by default that of the environment or the profile
        --profile NAME    named profile of the shared AWS configuration files
        --endpoint URL    another endpoint than AWS's own
        --timeout SECONDS ends after sending for this time; by default when everything is sent

  --version             the version of this package

Exit codes: 0 all is well, 1 damage was found or events were not sent, 2 the command or the directory cannot be used.
`;

/** Where a command writes to. */
export interface CommandOutput {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

const FLAGS = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  stream: { type: 'string' },
  group: { type: 'string' },
  region: { type: 'string' },
  profile: { type: 'string' },
  endpoint: { type: 'string' },
  timeout: { type: 'string' },
} as const;

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: FLAGS });
  } catch (error) {
    throw unknownFlag(error, Object.keys(FLAGS));
  }
}

/** Runs one command of `cloudwatch-logs-spool` and resolves with its exit code. */
export async function runCommand(args: readonly string[], output: CommandOutput): Promise<number> {
  const { stdout, stderr } = output;
  try {
    const { positionals, values } = readFlags(args);
    const [command, directory, ...rest] = positionals;
    if (values.help === true) {
      stdout.write(USAGE);
      return 0;
    }
    if (values.version === true) {
      stdout.write(`${versionOf('cloudwatch-logs-publisher', import.meta.url)}\n`);
      return 0;
    }
    if (command === undefined || directory === undefined || rest.length > 0) {
      stderr.write(USAGE);
      return 2;
    }
    if (!fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
      stderr.write(`There is no directory '${directory}'.\n`);
      return 2;
    }
    switch (command) {
      case 'list':
        return list(directory, await inspectSpool(directory), stdout);
      case 'print':
        return await print(directory, values, stdout);
      case 'verify':
        return verify(directory, await inspectSpool(directory), stdout);
      case 'replay':
        if (values.timeout !== undefined && !(Number(values.timeout) > 0)) {
          stderr.write(`--timeout must be a number of seconds; got '${values.timeout}'.\n`);
          return 2;
        }
        return await replayCommand(directory, values, output);
      default:
        stderr.write(`Unknown command '${command}'; expected list, print, verify or replay.\n\n${USAGE}`);
        return 2;
    }
  } catch (error) {
    stderr.write(`${printable(error instanceof Error ? error.message : String(error))}\n`);
    return 2;
  }
}

function list(directory: string, owners: readonly OwnerReport[], stdout: Writable): number {
  const segments = owners.reduce((sum, { scan }) => sum + scan.segments.length, 0);
  const all = mergeStreams(owners.map(({ scan }) => scan.streams));
  const events = all.reduce((sum, stream) => sum + stream.events, 0);
  stdout.write(
    `${printable(directory)}: ${owners.length} owners, ${segments} segments, ${events} events to deliver\n`,
  );
  for (const owner of owners) {
    const { scan, distrust } = owner;
    if (distrust !== undefined) {
      stdout.write(`\n${owner.name}: left alone, as it ${distrust}\n`);
      continue;
    }
    const bytes = scan.segments.reduce((sum, segment) => sum + segment.bytes, 0);
    const where =
      owner.destination === undefined ? 'an unknown destination' : describeDestination(owner.destination);
    stdout.write(`\n${owner.name} (${describe(owner)}): ${scan.segments.length} segments, ${bytes} bytes\n`);
    stdout.write(`  for ${where}\n`);
    for (const { logGroupName, logStreamName, events: count, bytes: size, oldestTimestamp } of scan.streams) {
      const oldest = timeOf(oldestTimestamp);
      const stream = printable(`${logGroupName} ${logStreamName}`);
      stdout.write(`  ${stream}: ${count} events, ${size} bytes, oldest ${oldest}\n`);
    }
    for (const file of scan.untrusted) stdout.write(`  left alone: ${file}\n`);
    for (const file of scan.unknown) stdout.write(`  left to the newer version that wrote it: ${file}\n`);
    for (const line of damageOf(owner)) stdout.write(`  damaged: ${line}\n`);
  }
  return 0;
}

function describe({ state, pid, touchedAt }: OwnerReport): string {
  if (state === 'released') return state;
  if (state !== 'unseen') return `${state}, process ${pid}`;
  return `process ${pid} of another host or container, which touched it last at ${timeOf(touchedAt)}`;
}

async function print(
  directory: string,
  only: { readonly stream?: string | undefined; readonly group?: string | undefined },
  stdout: Writable,
): Promise<number> {
  for await (const events of printSpool(directory)) {
    for (const { logGroupName, logStreamName, timestamp, message } of events) {
      if (only.stream !== undefined && only.stream !== logStreamName) continue;
      if (only.group !== undefined && only.group !== logGroupName) continue;
      const line = printableJson(JSON.stringify({ timestamp, logGroupName, logStreamName, message }));
      if (!stdout.write(`${line}\n`)) await once(stdout, 'drain');
    }
  }
  return 0;
}

function verify(directory: string, owners: readonly OwnerReport[], stdout: Writable): number {
  let damaged = 0;
  for (const owner of owners) {
    for (const line of damageOf(owner)) {
      damaged += 1;
      stdout.write(`${owner.name}: ${line}\n`);
    }
  }
  const segments = owners.reduce((sum, { scan }) => sum + scan.segments.length, 0);
  const verdict = damaged === 0 ? 'no damage' : 'damaged; what is whole is delivered all the same';
  stdout.write(`${directory}: ${segments} segments of ${owners.length} owners read, ${verdict}\n`);
  return damaged === 0 ? 0 : 1;
}

function timeOf(timestamp: number): string {
  const date = new Date(timestamp);
  return Number.isNaN(date.getTime()) ? String(timestamp) : date.toISOString();
}
