import { AsyncResource } from 'node:async_hooks';
import type { LookupAddress, LookupOptions } from 'node:dns';
import { now as systemNow } from '../time/clock.js';

type Done = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number | undefined,
) => void;
type Lookup = (hostname: string, options: LookupOptions, done: Done) => void;

/** A lookup under way, and who waits for it. */
interface Asked {
  readonly at: number;
  readonly waiting: Done[];
}

/** A lookup that takes longer may never be answered: who asks then gets one of its own. */
const USUAL_MS = 1000;
const MOST_UNDER_WAY = 4;

/**
 * `dns.lookup`, which connections that are opened together ask once. The system answers four questions at a time for a whole
 * process: at the end with a thousand streams the last of a hundred connections would get no address within the time that
 * connecting may take. Nothing is kept: who asks after the answer asks anew. A lookup cannot be given up, and with a resolver that
 * does not answer it holds the end of the process, often for 10 s. So few of a name are under way, and one once they fail.
 */
export function sharedLookups(now: () => number = systemNow): Lookup {
  const names = new Map<string, { readonly underWay: Asked[]; hasFailed: boolean }>();
  return (hostname, options, done) => {
    const question = JSON.stringify([hostname, options]);
    const bound = AsyncResource.bind(done); // each connection goes on in its own context, not in that of the first
    const name = names.get(question) ?? { underWay: [], hasFailed: false };
    names.set(question, name);
    const { underWay } = name;
    const newest = underWay.at(-1);
    const most = name.hasFailed ? 1 : MOST_UNDER_WAY;
    if (newest && (now() - newest.at < USUAL_MS || underWay.length >= most)) {
      newest.waiting.push(bound);
      return;
    }
    const asked: Asked = { at: now(), waiting: [bound] };
    underWay.push(asked);
    const isOver = () => underWay.splice(underWay.indexOf(asked), 1);
    try {
      process.getBuiltinModule('node:dns').lookup(hostname, options, (error, address, family) => {
        isOver();
        name.hasFailed = error !== null;
        for (const tell of asked.waiting) tell(error, address, family);
      });
    } catch (error) {
      isOver();
      throw error;
    }
  };
}

export const sharedLookup = sharedLookups();

/** For requests of Node.js. The HTTP client of Bun finds addresses by itself. */
export const lookup = 'bun' in process.versions ? undefined : sharedLookup;
