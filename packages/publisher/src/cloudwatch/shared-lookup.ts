import { AsyncResource } from 'node:async_hooks';
import type { LookupAddress, LookupOptions } from 'node:dns';

type Done = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number | undefined,
) => void;

const underWay = new Map<string, Done[]>();

/**
 * `dns.lookup`, which connections that are opened together ask once. The system answers four questions at a time for a whole
 * process: at the end with a thousand streams the last of a hundred connections would get no address within the time that
 * connecting may take. Nothing is kept: who asks after the answer asks anew.
 */
export function sharedLookup(hostname: string, options: LookupOptions, done: Done): void {
  const question = JSON.stringify([hostname, options]);
  const bound = AsyncResource.bind(done); // each connection goes on in its own context, not in that of the first
  const others = underWay.get(question);
  if (others) {
    others.push(bound);
    return;
  }
  const waiting = [bound];
  underWay.set(question, waiting);
  try {
    process.getBuiltinModule('node:dns').lookup(hostname, options, (error, address, family) => {
      underWay.delete(question);
      for (const tell of waiting) tell(error, address, family);
    });
  } catch (error) {
    underWay.delete(question);
    throw error;
  }
}

/** For requests of Node.js. The HTTP client of Bun finds addresses by itself. */
export const lookup = 'bun' in process.versions ? undefined : sharedLookup;
