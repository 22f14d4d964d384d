import type { ClientRoute } from '../cloudwatch/client-route.js';
import { type SigningScope, sign } from '../cloudwatch/signature.js';
import { domainOf } from './policy.js';

/** Who credentials belong to. */
export interface Identity {
  readonly account: string;
  readonly arn: string;
}

/** Where STS is asked; `undefined` where only the endpoint of CloudWatch Logs is known. */
export function stsEndpoint(region: string, isAws: boolean, env: NodeJS.ProcessEnv): URL | undefined {
  const named = env.AWS_ENDPOINT_URL_STS || env.AWS_ENDPOINT_URL;
  if (named && URL.canParse(named)) return new URL(named);
  return isAws ? new URL(`https://sts.${region}.${domainOf(region)}`) : undefined;
}

/**
 * GetCallerIdentity, which needs no permission. Signed here, because the SDK's client for STS is a package of its own.
 *
 * @throws Error with what STS answered
 */
export async function callerIdentity(
  route: ClientRoute,
  url: URL,
  scope: Omit<SigningScope, 'service'>,
  clockOffsetMs: number,
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
