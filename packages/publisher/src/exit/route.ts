import type { PublisherSnapshot } from '../batch/snapshot.js';
import type { Access } from '../cloudwatch/access.js';
import { findSdk } from '../cloudwatch/client-module.js';
import { wallTime } from '../time/clock.js';
import type { Route } from './exit-thread.js';

const CLOSE = 'or await close() before process.exit()';

/** How another thread can send what a publisher has left, or why it cannot. */
export function routeFor(
  access: Access | undefined,
  { options }: PublisherSnapshot,
): Route | { readonly problem: string } {
  const hasExpired = access?.expiresAt !== undefined && access.expiresAt <= wallTime() + access.clockOffsetMs;
  if (access && !hasExpired) return { access };
  if (!isData(options)) {
    const why = hasExpired
      ? 'the credentials of the last request have expired, and the options hold a ready client or a function'
      : 'the options hold a ready client or a function, and no request told how to do without: none was made yet, or ' +
        'its agent is of a kind that may lead through a proxy';
    return { problem: `${why}; use aws with data or clientModule, ${CLOSE}.` };
  }
  const sdkFile = findSdk(options.clientModule);
  if (sdkFile) return { sdkFile };
  return {
    problem:
      'this application is a bundle, in which a thread cannot find the AWS SDK, and no request had told the credentials; ' +
      'keep "@aws-sdk/client-cloudwatch-logs" out of the bundle (external, serverExternalPackages), give aws.region and ' +
      `aws.credentials, ${CLOSE}.`,
  };
}

function isData(options: object): boolean {
  try {
    structuredClone(options);
    return true;
  } catch {
    return false;
  }
}
