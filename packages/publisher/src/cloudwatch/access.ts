import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type AwsOptions, configuredEndpoint } from '../options/aws-settings.js';
import type { AgentSettings } from './proxy.js';
import type { SigningScope } from './signature.js';

/**
 * All that it takes to reach CloudWatch Logs without the AWS SDK, as plain data. Holds a secret key: it is given to a
 * thread and nowhere else.
 */
export interface Access extends SentTo {
  /** How far the service's clock is ahead of this one, as far as the SDK has seen. */
  readonly clockOffsetMs: number;
  readonly agent: AgentSettings;
  /** URL of the proxy that requests go through. May hold a password. */
  readonly proxy: string | undefined;
}

/** Where a request goes, and who signs it. */
export interface SentTo extends SigningScope {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: number | undefined;
  readonly path: string;
  /** Headers that something of the application adds to every request of its client. */
  readonly headers: Readonly<Record<string, string>>;
  /** When the credentials expire, in milliseconds since 1970. */
  readonly expiresAt: number | undefined;
}

/** Headers that belong to one request, not to all. */
const OF_ONE_REQUEST = /^(?:authorization|host|content-.*|x-amz-.*|x-amzn-logs-format|amz-sdk-.*)$/i;
/** Regions that share the rule for the names of their endpoints. */
const REGIONS = /^(?:af|ap|ca|eu|il|me|mx|sa|us|us-gov)-[a-z]+-\d+$/;
const CHINA = /^cn-[a-z]+-\d+$/;
/** Settings that choose another endpoint, in the shared configuration file of the AWS tools. */
const CHOOSES_ENDPOINT = /^\s*(?:endpoint_url|use_fips_endpoint|use_dualstack_endpoint)\s*=/m;

/** The parts of a request of the SDK, and of what its middleware knows, that are read here. */
interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
}
interface SdkContext {
  /** The SDK's own, and so not sure to be there. */
  readonly __smithy_context?: {
    readonly selectedHttpAuthScheme?: {
      readonly httpAuthOption: {
        readonly schemeId: string;
        readonly signingProperties?: { readonly name?: string; readonly region?: string };
      };
      readonly identity: SigningScope['credentials'] & { readonly expiration?: Date };
    };
  };
}

/**
 * Where the SDK sends a request that it has signed. Never throws.
 *
 * @param context of the middleware that sees the request
 * @returns undefined when that cannot be told
 */
export function sentTo(request: unknown, context: unknown): SentTo | undefined {
  try {
    const { protocol, hostname, port, path, query, headers } = request as SdkRequest;
    const scheme = (context as SdkContext).__smithy_context?.selectedHttpAuthScheme;
    if (scheme?.httpAuthOption.schemeId !== 'aws.auth#sigv4') return undefined;
    if (Object.keys(query ?? {}).length > 0) return undefined;
    const { name: service, region } = scheme.httpAuthOption.signingProperties ?? {};
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = scheme.identity;
    if (!service || !region || !accessKeyId || !secretAccessKey) return undefined;
    return {
      protocol,
      hostname,
      port,
      path,
      headers: Object.fromEntries(Object.entries(headers).filter(([key]) => !OF_ONE_REQUEST.test(key))),
      region,
      service,
      credentials: { accessKeyId, secretAccessKey, sessionToken },
      expiresAt: expiration?.getTime(),
    };
  } catch {
    return undefined;
  }
}

/**
 * Where a first request would go, without the SDK: known from options and environment when they name the Region and the
 * keys, and nothing asks for more than that. Never throws.
 */
export function sentToFirst(aws: AwsOptions, env: NodeJS.ProcessEnv): SentTo | undefined {
  const { region = env.AWS_REGION, endpoint, credentials, ...others } = aws;
  if (Object.values(others).some((value) => value !== undefined)) return undefined;
  if (typeof region !== 'string') return undefined;
  const keys = credentials ?? keysOf(env);
  if (typeof keys !== 'object' || !keys.accessKeyId || !keys.secretAccessKey) return undefined;
  const url = endpointOf(endpoint, region, env);
  if (!url) return undefined;
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = keys;
  return {
    protocol: url.protocol,
    hostname: url.hostname,
    port: url.port === '' ? undefined : Number(url.port),
    path: url.pathname,
    headers: {},
    region,
    service: 'logs',
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    expiresAt: expiration === undefined ? undefined : new Date(expiration).getTime(),
  };
}

function keysOf(env: NodeJS.ProcessEnv): AwsOptions['credentials'] {
  // With a profile the SDK does not look at these.
  if (env.AWS_PROFILE || !env.AWS_ACCESS_KEY_ID || !env.AWS_SECRET_ACCESS_KEY) return undefined;
  return {
    accessKeyId: env.AWS_ACCESS_KEY_ID,
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
    sessionToken: env.AWS_SESSION_TOKEN || undefined,
    expiration: env.AWS_CREDENTIAL_EXPIRATION ? new Date(env.AWS_CREDENTIAL_EXPIRATION) : undefined,
  };
}

function endpointOf(given: unknown, region: string, env: NodeJS.ProcessEnv): URL | undefined {
  if (given !== undefined) return parsed(given);
  if (env.AWS_USE_FIPS_ENDPOINT === 'true' || env.AWS_USE_DUALSTACK_ENDPOINT === 'true') return undefined;
  const configured = configuredEndpoint(env);
  if (configured) return parsed(configured);
  if (CHOOSES_ENDPOINT.test(sharedConfiguration(env))) return undefined;
  if (REGIONS.test(region)) return parsed(`https://logs.${region}.amazonaws.com`);
  if (CHINA.test(region)) return parsed(`https://logs.${region}.amazonaws.com.cn`);
  return undefined;
}

function parsed(url: unknown): URL | undefined {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
}

function sharedConfiguration(env: NodeJS.ProcessEnv): string {
  try {
    return readFileSync(env.AWS_CONFIG_FILE || path.join(os.homedir(), '.aws', 'config'), 'utf8');
  } catch {
    return ''; // there is none, as on most servers
  }
}
