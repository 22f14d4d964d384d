import type { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { AwsOptions } from '../options/options.js';
import { Publisher } from '../publisher.js';
import { currentOwner, HEARTBEAT_MS } from '../spool/owners/owner-directory.js';
import { OwnerWatch, SILENT_BEATS } from '../spool/owners/owner-watch.js';
import { openSpool } from '../spool/spool.js';
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

/**
 * Sends what dead owners left in a directory now, and tells how far it is. What is not sent when it ends stays there.
 *
 * @returns 0 when everything was sent, 1 when events were given up or stay on disk
 */
export async function replayCommand(
  directory: string,
  flags: ReplayFlags,
  { stdout, stderr }: { readonly stdout: Writable; readonly stderr: Writable },
  beatMs = HEARTBEAT_MS,
): Promise<number> {
  const watch = new OwnerWatch(directory, currentOwner(), beatMs);
  await watchUnseen(watch, stdout, beatMs); // throws when the directory cannot be listed
  const owners = await inspectSpool(directory, watch);
  const events = (of: readonly OwnerReport[]) =>
    of.flatMap(({ scan }) => scan.streams).reduce((sum, stream) => sum + stream.events, 0);
  const ended = owners.filter(({ state }) => state === 'dead' || state === 'released');
  const living = owners.filter((owner) => !ended.includes(owner));
  if (living.length > 0) {
    stdout.write(
      `${living.length} living owners keep ${events(living)} events, which they send themselves\n`,
    );
  }
  if (events(ended) === 0) {
    stdout.write('nothing to replay\n');
    return 0;
  }
  const aws: AwsOptions = {
    ...(flags.endpoint !== undefined && { endpoint: flags.endpoint }),
    ...(flags.region !== undefined && { region: flags.region }),
    ...(flags.profile !== undefined && { profile: flags.profile }),
  };
  const publisher = new Publisher(
    {
      logGroupName: 'replay', // every event goes to the group that it was logged to
      aws,
      spool: { directory, maxBytes: Number.MAX_SAFE_INTEGER },
    },
    { openSpool: (options) => openSpool({ ...options, watch }) },
  );
  publisher.on('warn', ({ message }) => stderr.write(`${message}\n`));
  const tell = () => {
    const { recovered, delivered, spooled } = publisher.stats();
    stdout.write(`${delivered} of ${recovered} events sent, ${spooled} on disk\n`);
  };
  const ending = new AbortController();
  const interrupt = () => ending.abort();
  process.once('SIGINT', interrupt);
  const progress = setInterval(tell, PROGRESS_MS);
  try {
    const timeoutMs = flags.timeout === undefined ? FOREVER_MS : Number(flags.timeout) * 1000;
    await Promise.race([
      publisher.flush({ timeoutMs }),
      wait(FOREVER_MS, undefined, { signal: ending.signal, ref: false }).catch(() => {}),
    ]);
  } finally {
    clearInterval(progress);
    process.off('SIGINT', interrupt);
    ending.abort();
  }
  await publisher.close({ timeoutMs: 0 });
  tell();
  const { recovered, delivered } = publisher.stats();
  return delivered === recovered && recovered > 0 ? 0 : 1;
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
