import { parseArgs } from 'node:util';
import type { LocalOptions } from '../endpoint/options.js';
import { nearest, suggestion } from '../errors/spelling.js';
import { FAULT_KINDS, type Fault, type FaultKind } from '../faults/fault.js';
import { compileFilterPattern } from '../filter-pattern/compile.js';
import { FilterPatternError } from '../filter-pattern/pattern-error.js';
import type { LocalCredentials } from '../requests/sigv4.js';

export const DEFAULT_PORT = 4590;

/** The command line, read and checked as far as it can be without starting anything. */
export interface Arguments {
  readonly options: LocalOptions;
  /** Whether `--port` was given. */
  readonly portGiven: boolean;
  /** The filter pattern of the events to print, '' for all. */
  readonly tail: string | undefined;
  readonly logRequests: boolean;
  readonly open: boolean;
  readonly help: boolean;
  readonly version: boolean;
  /** The program after `--` and its arguments. */
  readonly program: readonly string[] | undefined;
}

export const HELP = `Usage: cloudwatch-logs-local [options] [-- program [arguments]]

A CloudWatch Logs endpoint on this machine, for development and tests. Logs are kept in memory,
unless --data names a directory.
After -- comes a program to run with the environment that makes it log here; the endpoint ends with
it, and with its exit code.

  --port <n>               port to listen on, 0 for any (default ${DEFAULT_PORT}; with a program, any if that is taken)
  --host <address>         address to listen on (default 127.0.0.1, this machine only)
  --region <region>        Region of the endpoint (default us-east-1)
  --account-id <digits>    account of the endpoint (default 123456789012)
  --credentials <id:secret[:token]>
                           verify the signature of every request; env takes them from AWS_ACCESS_KEY_ID,
                           AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN
  --tail [pattern]         print the events that come in, those that match a filter pattern if one is given;
                           write --tail=<pattern> for one that begins with -
  --open                   open the console in the browser
  --no-console             do not show the console at /
  --log-requests           print a line for each request
  --sequence-tokens <rule> ignored, as AWS does today, or enforced, as before 2023 (default ignored)
  --token-errors <style>   where a refusal names the expected token: field or message (default field)
  --max-event-bytes <n>    largest event; 262144 is the limit of before April 2025 (default 1048576)
  --max-bytes <n>          bytes of events to keep, the oldest go first (default 268435456)
  --data <directory>       keep groups, streams and events there, to have them again at the next start
  --fault <kind[:p]>       something that goes wrong with every put, or with the share p of them; repeatable
                           kinds: ${wrap(FAULT_KINDS)}
                           a number or a range may follow after @, before the share: latency@700, latency@100-900
                           and read-lag@2000-5000 in ms (500 and 3000 by default), hang-before@<ms> and
                           endless-body@<ms> until the reset, slow-read@<bytes per second>, empty-pages@<pages>,
                           false-date@-10800000 (one hour ahead by default), quota@<requests per second>
  --seed <n>               makes the faults that have a share repeatable
  --version                the version
  --help                   this text
`;

const OPTIONS = {
  port: { type: 'string', short: 'p' },
  host: { type: 'string' },
  region: { type: 'string' },
  'account-id': { type: 'string' },
  credentials: { type: 'string' },
  tail: { type: 'string' },
  'log-requests': { type: 'boolean' },
  open: { type: 'boolean' },
  'no-console': { type: 'boolean' },
  'sequence-tokens': { type: 'string' },
  'token-errors': { type: 'string' },
  'max-event-bytes': { type: 'string' },
  'max-bytes': { type: 'string' },
  data: { type: 'string' },
  fault: { type: 'string', multiple: true },
  seed: { type: 'string' },
  version: { type: 'boolean', short: 'v' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** @throws TypeError that says in one line what is wrong and what may have been meant */
export function readArguments(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Arguments {
  const end = words.indexOf('--');
  const own = end === -1 ? words : words.slice(0, end);
  const program = end === -1 ? undefined : words.slice(end + 1);
  if (program?.length === 0) {
    throw new TypeError('the program is missing after --, for example: cloudwatch-logs-local -- node app.js');
  }
  const { values, positionals } = parse(own);
  if (values.open && values['no-console']) throw new TypeError('--open and --no-console exclude each other');
  const [stray] = positionals;
  if (stray !== undefined) throw new TypeError(strayWord(stray, own));
  return {
    options: {
      port: number('port', values.port ?? String(DEFAULT_PORT)),
      host: values.host,
      region: values.region,
      accountId: values['account-id'],
      credentials: readCredentials(values.credentials, environment),
      sequenceTokens: values['sequence-tokens'] as LocalOptions['sequenceTokens'],
      tokenErrors: values['token-errors'] as LocalOptions['tokenErrors'],
      maxEventBytes: optionalNumber('max-event-bytes', values['max-event-bytes']),
      maxBytes: optionalNumber('max-bytes', values['max-bytes']),
      data: values.data,
      faults: (values.fault ?? []).map(readFault),
      seed: optionalNumber('seed', values.seed),
      console: !values['no-console'],
    },
    portGiven: values.port !== undefined,
    tail: readTail(values.tail),
    logRequests: values['log-requests'] ?? false,
    open: values.open ?? false,
    help: values.help ?? false,
    version: values.version ?? false,
    program,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: args.map(withValue), options: OPTIONS, allowPositionals: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') throw error;
    const [, unknown = ''] = /'(-[^' =]*)/.exec((error as Error).message) ?? [];
    const names = Object.keys(OPTIONS).map((name) => `--${name}`);
    const meant = nearest(unknown, names);
    throw new TypeError(
      `there is no option ${unknown}${meant === undefined ? '' : `, did you mean ${meant}?`}; --help lists them`,
    );
  }
}

/** Checked before anything is started. */
function readTail(pattern: string | undefined): string | undefined {
  try {
    if (pattern !== undefined) compileFilterPattern(pattern);
    return pattern;
  } catch (error) {
    if (!(error instanceof FilterPatternError)) throw error;
    throw new TypeError(`--tail: ${error.message}, at character ${error.position + 1}: ${error.hint}`);
  }
}

/** `--tail` may stand alone, which `parseArgs` knows of no option that takes a value. */
function withValue(arg: string, index: number, args: readonly string[]): string {
  if (arg !== '--tail') return arg;
  const next = args[index + 1];
  return next === undefined || next.startsWith('-') ? '--tail=' : arg;
}

function strayWord(word: string, own: readonly string[]): string {
  if (/^\d+$/.test(word)) return `'${word}' is no option; for a port write --port ${word}`;
  const command = own.slice(own.indexOf(word)).join(' ');
  return `'${word}' is no option; to run a program write -- before it: cloudwatch-logs-local -- ${command}`;
}

function readCredentials(
  text: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): LocalCredentials | undefined {
  if (text === undefined) return undefined;
  if (text === 'env') {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
    if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
      throw new TypeError('--credentials env needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
    }
    return credentials(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN || undefined);
  }
  const [id, secret, ...token] = text.split(':');
  // The text may be a secret and is not repeated.
  if (!id || !secret) throw new TypeError('--credentials must be <id:secret>, <id:secret:token> or env');
  return credentials(id, secret, token.length === 0 ? undefined : token.join(':'));
}

function credentials(accessKeyId: string, secretAccessKey: string, sessionToken: string | undefined) {
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
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
