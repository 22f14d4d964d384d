import type { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { type AwsOptions, configuredEndpoint } from '../options/aws-settings.js';
import { Publisher } from '../publisher.js';
import { type Destination, describeDestination } from '../spool/format/destination.js';
import { currentOwner, HEARTBEAT_MS } from '../spool/owners/owner-directory.js';
import { OwnerWatch, SILENT_BEATS } from '../spool/owners/owner-watch.js';
import { openSpool } from '../spool/spool.js';
import { printable } from '../text/for-people.js';
import { clearInterval, now, setInterval } from '../time/clock.js';
import { inspectSpool, type OwnerReport } from './inspect.js';

/** How a replay reaches CloudWatch Logs, and how long it may take. */
export interface ReplayFlags {
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  /** Seconds. @default as long as it takes */
  readonly timeout?: string | undefined;
}

const PROGRESS_MS = 1000;
const FOREVER_MS = 2 ** 31 - 1;

/** The events that dead owners left for one destination. */
interface Leftover {
  readonly key: string;
  readonly destination: Destination | undefined;
  readonly events: number;
}

/**
 * Sends what dead owners left in a directory now, and tells how far it is. What is not sent when it ends stays there.
 *
 * @returns 0 when everything was sent, 1 when events were given up or stay on disk
 */
export async function replayCommand(
  directory: string,
  flags: ReplayFlags,
  output: { readonly stdout: Writable; readonly stderr: Writable },
  beatMs = HEARTBEAT_MS,
): Promise<number> {
  const { stdout } = output;
  const watch = new OwnerWatch(directory, currentOwner(), beatMs);
  await watchUnseen(watch, stdout, beatMs); // throws when the directory cannot be listed
  const owners = await inspectSpool(directory, watch);
  const ended = owners.filter(({ state }) => state === 'dead' || state === 'released');
  const living = owners.filter((owner) => !ended.includes(owner));
  if (living.length > 0) {
    stdout.write(
      `${living.length} living owners keep ${eventsOf(living)} events, which they send themselves\n`,
    );
  }
  const leftovers = byDestination(ended);
  if (leftovers.length === 0) {
    stdout.write('nothing to replay\n');
    return 0;
  }
  const until = flags.timeout === undefined ? FOREVER_MS : Number(flags.timeout) * 1000;
  const startedAt = now();
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt);
  let isAllSent = true;
  try {
    for (const leftover of leftovers) {
      const aws = settingsFor(leftover.destination, flags);
      if (typeof aws === 'string' || leftover.destination === undefined) {
        stdout.write(`${describe(leftover)}: not sent; ${aws}\n`);
        isAllSent = false;
        continue;
      }
      stdout.write(`${describe(leftover)}:\n`);
      const timeoutMs = Math.max(0, until - (now() - startedAt));
      const { destination } = leftover;
      const settings = { directory, destination, aws, watch, timeoutMs, signal: interrupted.signal };
      isAllSent = (await send(settings, output)) && isAllSent;
    }
  } finally {
    process.off('SIGINT', interrupt);
  }
  return isAllSent ? 0 : 1;
}

/** How the leftovers of one destination are sent. */
interface SendSettings {
  readonly directory: string;
  readonly destination: Destination;
  readonly aws: AwsOptions;
  readonly watch: OwnerWatch;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** @returns whether everything was sent */
async function send(
  { directory, destination, aws, watch, timeoutMs, signal }: SendSettings,
  { stdout, stderr }: { readonly stdout: Writable; readonly stderr: Writable },
): Promise<boolean> {
  const publisher = new Publisher(
    {
      logGroupName: 'replay', // every event goes to the group that it was logged to
      aws,
      spool: { directory, maxBytes: Number.MAX_SAFE_INTEGER },
    },
    {
      openSpool: ({ onWarn, ...options }) =>
        openSpool({
          ...options,
          destination,
          lookedUp: undefined,
          watch,
          // What is there for other destinations was said above.
          onWarn: (message, topic) => topic !== 'others' && onWarn?.(message, topic),
        }),
    },
  );
  publisher.on('warn', ({ message }) => stderr.write(`${printable(message)}\n`));
  const tell = () => {
    const { recovered, delivered, spooled } = publisher.stats();
    stdout.write(`${delivered} of ${recovered} events sent, ${spooled} on disk\n`);
  };
  const ended = new AbortController();
  const progress = setInterval(tell, PROGRESS_MS);
  try {
    await Promise.race([
      publisher.flush({ timeoutMs }),
      wait(FOREVER_MS, undefined, { signal: AbortSignal.any([signal, ended.signal]), ref: false }).catch(
        () => {},
      ),
    ]);
  } finally {
    clearInterval(progress);
    ended.abort();
  }
  await publisher.close({ timeoutMs: 0 });
  tell();
  const { recovered, delivered } = publisher.stats();
  return delivered === recovered && recovered > 0;
}

/**
 * Settings of the client for a destination: its own, and where it has none those that were given. A text says why it
 * is not to be sent with what was given.
 */
function settingsFor(destination: Destination | undefined, flags: ReplayFlags): AwsOptions | string {
  if (destination === undefined) return 'the file that names its destination is damaged';
  const settings: Record<string, string> = {};
  for (const name of ['region', 'endpoint', 'profile'] as const) {
    const given = name === 'endpoint' ? hrefOf(flags.endpoint) : flags[name];
    const own = destination[name];
    if (given !== undefined && own !== undefined && given !== own)
      return `try it with --${name} ${printable(own)}`;
    const value = own ?? given;
    if (value !== undefined) settings[name] = value;
  }
  if (settings.endpoint === undefined && configuredEndpoint(process.env) !== undefined) {
    return "it goes to AWS's own endpoint; unset AWS_ENDPOINT_URL, or name an --endpoint";
  }
  return settings;
}

function hrefOf(endpoint: string | undefined): string | undefined {
  return endpoint !== undefined && URL.canParse(endpoint) ? new URL(endpoint).href : endpoint;
}

function describe({ destination, events }: Leftover): string {
  return `${events} events for ${destination === undefined ? 'an unknown destination' : describeDestination(destination)}`;
}

function eventsOf(owners: readonly OwnerReport[]): number {
  return owners.flatMap(({ scan }) => scan.streams).reduce((sum, { events }) => sum + events, 0);
}

/** Those with events, oldest first. */
function byDestination(owners: readonly OwnerReport[]): Leftover[] {
  const keys = [...new Set(owners.map(({ key }) => key))];
  const leftovers = keys.map((key) => {
    const some = owners.filter((owner) => owner.key === key);
    const destination = some.find((owner) => owner.destination !== undefined)?.destination;
    return { key, destination, events: eventsOf(some) };
  });
  return leftovers.filter(({ events }) => events > 0);
}

/** Watches the owners that the system tells nothing of, until it is known which of them live. */
async function watchUnseen(watch: OwnerWatch, stdout: Writable, beatMs: number): Promise<void> {
  for (let beat = 0; ; beat++) {
    let unseen = 0;
    for (const entry of await watch.list()) if ((await watch.look(entry)) === 'unseen') unseen += 1;
    if (unseen === 0 || beat >= SILENT_BEATS) return;
    const seconds = Math.ceil(((SILENT_BEATS - beat) * beatMs) / 1000);
    stdout.write(
      `${unseen} owners on other hosts or in other containers: watching for ${seconds} s whether they live\n`,
    );
    await wait(beatMs);
  }
}
