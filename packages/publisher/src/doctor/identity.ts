import { quote } from '../accounts/advice.js';
import type { ClientRoute } from '../cloudwatch/client-route.js';
import { toPutFailure } from '../cloudwatch/sdk-failure.js';
import { type SigningScope, sign } from '../cloudwatch/signature.js';
import type { Checks } from './checks.js';
import { domainOf } from './policy.js';

/** Who credentials belong to. */
export interface Identity {
  readonly account: string;
  readonly arn: string;
}

/** Who a request to STS is made for, and how. */
interface Caller {
  readonly route: ClientRoute;
  readonly scope: Omit<SigningScope, 'service'>;
  /** Milliseconds to add to this machine's time. */
  readonly clockOffsetMs: number;
}

export async function checkIdentity(
  checks: Checks,
  caller: Caller,
  env: NodeJS.ProcessEnv,
): Promise<Identity | undefined> {
  const url = stsEndpoint(caller.scope.region, caller.route.isAws, env);
  if (!url) {
    const why = "not asked, because the endpoint is not AWS's; AWS_ENDPOINT_URL_STS would name one";
    checks.skip('identity', why);
    return undefined;
  }
  return checks.run('identity', async (keep) => {
    try {
      const identity = keep(await callerIdentity(caller, url, checks.timeoutMs));
      const message = `${identity.arn}, account ${identity.account}`;
      return { status: 'ok', message, details: { ...identity } };
    } catch (error) {
      const failure = toPutFailure(error);
      // A subnet may reach CloudWatch Logs and not STS, and nothing but this check asks it.
      const message = `STS does not say who this is (${quote(failure)}); logs do not need it`;
      return { status: 'warn', message, details: { error: failure.name } };
    }
  });
}

/** Where STS is asked; `undefined` where only the endpoint of CloudWatch Logs is known. */
function stsEndpoint(region: string, isAws: boolean, env: NodeJS.ProcessEnv): URL | undefined {
  const named = env.AWS_ENDPOINT_URL_STS || env.AWS_ENDPOINT_URL;
  if (named && URL.canParse(named)) return new URL(named);
  return isAws ? new URL(`https://sts.${region}.${domainOf(region)}`) : undefined;
}

/**
 * GetCallerIdentity, which needs no permission. Signed here, because the SDK's client for STS is a package of its own.
 *
 * @throws Error with what STS answered
 */
async function callerIdentity(
  { route, scope, clockOffsetMs }: Caller,
  url: URL,
  timeoutMs: number,
): Promise<Identity> {
  const body = 'Action=GetCallerIdentity&Version=2011-06-15';
  const unsigned = {
    path: url.pathname,
    headers: { host: url.host, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  };
  const now = new Date(Date.now() + clockOffsetMs);
  const headers = sign(unsigned, { ...scope, service: 'sts' }, now);
  const { status, text } = await route.send({ url, headers, body }, timeoutMs);
  const [arn, account] = [element(text, 'Arn'), element(text, 'Account')];
  if (status === 200 && arn && account) return { arn, account };
  const code = element(text, 'Code') ?? `HTTP ${status}`;
  throw Object.assign(new Error(element(text, 'Message') ?? 'no answer of STS'), { name: code });
}

/** The answer is a flat piece of XML. */
function element(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}
