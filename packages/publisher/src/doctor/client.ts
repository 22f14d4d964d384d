import { moduleHint, quote } from '../accounts/advice.js';
import {
  type ClientRoute,
  credentialsOf,
  type FoundCredentials,
  type LoadedClient,
  regionOf,
  routeOf,
} from '../cloudwatch/client-route.js';
import { toPutFailure } from '../cloudwatch/sdk-failure.js';
import type { CloudWatchLogsSink } from '../cloudwatch/sdk-sink.js';
import type { Checks } from './checks.js';

// Facts that the client of the publisher knows before it sends anything.

/** Told only where it fails. */
export async function checkClient(
  checks: Checks,
  sink: CloudWatchLogsSink,
): Promise<LoadedClient | undefined> {
  try {
    return await checks.soon(sink.loaded());
  } catch (error) {
    const failure = toPutFailure(error);
    const message = `${quote(failure)}; ${moduleHint(failure)}`;
    await checks.run('client', () => ({ status: 'fail', message, details: { error: failure.name } }));
    return undefined;
  }
}

export function checkRegion(checks: Checks, { client }: LoadedClient): Promise<string | undefined> {
  return checks.run('region', async (keep) => {
    const region = keep(await checks.soon(regionOf(client)));
    return { status: 'ok', message: region, details: { region } };
  });
}

export function checkCredentials(
  checks: Checks,
  { client }: LoadedClient,
): Promise<FoundCredentials | undefined> {
  return checks.run('credentials', async (keep) => {
    const found = keep(await checks.soon(credentialsOf(client)));
    const { keys, expiration, source } = found;
    const key = `access key ...${keys.accessKeyId.slice(-4)}`;
    const details = { source, expiration: expiration?.toJSON() };
    if (expiration && expiration.getTime() < Date.now()) {
      const message = `${key} has expired at ${expiration.toJSON()}; renew it`;
      return { status: 'fail', message, details };
    }
    const until = expiration ? `, valid until ${expiration.toJSON()}` : '';
    return { status: 'ok', message: `${key}${source ? ` from ${source}` : ''}${until}`, details };
  });
}

/** The proxy, if any, through which requests go. */
export function checkProxy(
  checks: Checks,
  loaded: LoadedClient,
  { HTTPS_PROXY, https_proxy }: NodeJS.ProcessEnv,
): Promise<ClientRoute | undefined> {
  return checks.run('proxy', async (keep) => {
    const route = keep(await checks.soon(routeOf(loaded)));
    const { proxy, url } = route;
    const endpoint = url.href.replace(/\/$/, '');
    if (proxy) {
      const message = `requests to ${endpoint} go through ${proxy.host}`;
      return { status: 'ok', message, details: { endpoint, proxy: proxy.host } };
    }
    const isNamed = url.protocol === 'https:' && (HTTPS_PROXY || https_proxy);
    if (isNamed && route.followsEnvironment) {
      const message = `none: NO_PROXY names the host; requests go to ${endpoint}`;
      return { status: 'ok', message, details: { endpoint } };
    }
    if (isNamed && route.isPlain) {
      const message =
        `none, although HTTPS_PROXY is set: requests to ${endpoint} do not look at it, because the options bring ` +
        'a client or an agent of their own. Name the proxy there, if there is no other way';
      return { status: 'warn', message, details: { endpoint } };
    }
    return { status: 'ok', message: `none; requests go to ${endpoint}`, details: { endpoint } };
  });
}
