import type { ResolvedOptions } from './options.js';

/** Credentials as the AWS SDK takes them. */
export interface ClientCredentials {
  /** The key's name, which may be an account of 12 digits. */
  accessKeyId: string;
  /** The secret that requests are signed with. */
  secretAccessKey: string;
  /** The token of temporary credentials. */
  sessionToken?: string;
}

/** Options of an SDK client that talks to an endpoint. */
export interface LocalClientConfig {
  /** The URL of the endpoint. */
  endpoint: string;
  /** The Region whose groups are meant. */
  region: string;
  /** Those of the endpoint's options, or any where it looks at none. */
  credentials: ClientCredentials;
  /** Without it the SDK would call `stream-127.0.0.1` for StartLiveTail, a name that does not resolve. */
  disableHostPrefix: true;
}

/** The URL of an endpoint that listens on a host: one that listens everywhere is reached on this machine. */
export function urlOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

export function clientConfigOf(
  endpoint: string,
  { credentials, region }: Pick<ResolvedOptions, 'credentials' | 'region'>,
): LocalClientConfig {
  const { accessKeyId = 'local', secretAccessKey = 'local', sessionToken } = credentials ?? {};
  return {
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    disableHostPrefix: true,
  };
}

export function environmentOf({ credentials, endpoint, region }: LocalClientConfig): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: endpoint,
    // The AWS CLI reads AWS_DEFAULT_REGION, the SDKs AWS_REGION.
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken !== undefined && { AWS_SESSION_TOKEN: credentials.sessionToken }),
    AWS_DISABLE_HOST_PREFIX_INJECTION: 'true',
  };
}
