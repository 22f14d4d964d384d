#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { FAULT_KINDS, type Fault, type FaultKind } from './fault.js';
import { type LocalCloudWatchLogs, startLocal } from './local.js';
import type { LocalOptions } from './options.js';
import { suggestion } from './spelling.js';

const HELP = `Usage: cloudwatch-logs-local [options]

A CloudWatch Logs endpoint on this machine, for development and tests. Logs are kept in memory.

  --port <n>               port to listen on, 0 for any (default 4590)
  --host <address>         address to listen on (default 127.0.0.1, this machine only)
  --sequence-tokens <rule> ignored, as AWS does today, or enforced, as before 2023 (default ignored)
  --token-errors <style>   where a refusal names the expected token: field or message (default field)
  --max-event-bytes <n>    largest event; 262144 is the limit of before April 2025 (default 1048576)
  --max-bytes <n>          bytes of events to keep, the oldest go first (default 268435456)
  --fault <kind[:p]>       something that goes wrong with every put, or with the share p of them; repeatable
                           kinds: ${wrap(FAULT_KINDS)}
                           a number or a range may follow after @, before the share: latency@700, latency@100-900
                           and read-lag@2000-5000 in ms (500 and 3000 by default), hang-before@<ms> and
                           endless-body@<ms> until the reset, slow-read@<bytes per second>, empty-pages@<pages>,
                           false-date@-10800000 (one hour ahead by default), quota@<requests per second>
  --seed <n>               makes the faults that have a share repeatable
  --help                   this text
`;

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  'sequence-tokens': { type: 'string' },
  'token-errors': { type: 'string' },
  'max-event-bytes': { type: 'string' },
  'max-bytes': { type: 'string' },
  fault: { type: 'string', multiple: true },
  seed: { type: 'string' },
  help: { type: 'boolean' },
} as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const local = await startLocal({
    port: number('port', values.port ?? '4590'),
    host: values.host,
    sequenceTokens: values['sequence-tokens'] as LocalOptions['sequenceTokens'],
    tokenErrors: values['token-errors'] as LocalOptions['tokenErrors'],
    maxEventBytes: optionalNumber('max-event-bytes', values['max-event-bytes']),
    maxBytes: optionalNumber('max-bytes', values['max-bytes']),
    faults: (values.fault ?? []).map(readFault),
    seed: optionalNumber('seed', values.seed),
  });
  announce(local, values.fault !== undefined);
  local.on('stream', ({ logGroupName, logStreamName }) => {
    // Quoted, because a stream name may hold control characters.
    console.log(`new stream: ${JSON.stringify(logStreamName)} in ${logGroupName}`);
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      // Nothing else keeps the process alive; it ends with code 0.
      void local.close();
    });
  }
}

function announce(local: LocalCloudWatchLogs, hasFaults: boolean): void {
  console.log(`CloudWatch Logs at ${local.endpoint}`);
  console.log('Point an application at it with:');
  console.log(`  export AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=${local.endpoint}`);
  // The AWS CLI reads AWS_DEFAULT_REGION, the SDKs AWS_REGION.
  console.log('  export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1');
  console.log('  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local');
  if (hasFaults) console.log(`Faults are on, seed ${local.seed}.`);
}

/** The option that `@` sets, where it is not `ms`. */
const AT: Partial<Record<FaultKind, keyof Fault>> = {
  'slow-read': 'bytesPerSecond',
  'empty-pages': 'pages',
  'false-date': 'offsetMs',
  quota: 'requestsPerSecond',
};

/** For the kinds that cannot do without. */
const WITHOUT_AT: Partial<Record<FaultKind, Partial<Fault>>> = {
  latency: { ms: 500 },
  'read-lag': { ms: 3000 },
  'false-date': { offsetMs: 3_600_000 },
};

/** `kind[@number or from-to][:probability]` */
function readFault(text: string): Fault {
  const match = /^([a-z-]+)(?:@(-?[\d.]+)(?:-([\d.]+))?)?(?::([\d.]+))?$/.exec(text);
  const [, name = text, from, to, probability] = match ?? [];
  const kind = FAULT_KINDS.find((known) => known === name);
  if (kind === undefined)
    throw new TypeError(`--fault: '${name}' is unknown${suggestion(name, FAULT_KINDS)}`);
  const at = from === undefined ? undefined : number('fault', from);
  return {
    kind,
    ...(probability !== undefined && { probability: number('fault', probability) }),
    ...(at === undefined
      ? WITHOUT_AT[kind]
      : { [AT[kind] ?? 'ms']: to === undefined ? at : [at, number('fault', to)] }),
  };
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || Number.isNaN(value))
    throw new TypeError(`--${name} must be a number, got '${text}'`);
  return value;
}

function optionalNumber(name: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : number(name, text);
}

function wrap(words: readonly string[]): string {
  const lines = [''];
  for (const word of words) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length > 70) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join(`\n${' '.repeat(27)}`);
}

main().catch((error: Error) => {
  console.error(`cloudwatch-logs-local: ${error.message}`);
  process.exitCode = 1;
});
