import type { IncomingHttpHeaders } from 'node:http';

/** Whose request it is, as the signature says. */
export interface CredentialScope {
  readonly accessKeyId: string;
  readonly region: string;
}

const CREDENTIAL = /\bCredential=([^/,\s]+)\/\d{8}\/([a-z0-9-]{1,32})\/logs\/aws4_request\b/;

/** Reads the scope of a signature without verifying it; undefined for a request that is not signed for CloudWatch Logs. */
export function credentialScope({ authorization = '' }: IncomingHttpHeaders): CredentialScope | undefined {
  const [, accessKeyId, region] = CREDENTIAL.exec(authorization) ?? [];
  return accessKeyId === undefined || region === undefined ? undefined : { accessKeyId, region };
}
