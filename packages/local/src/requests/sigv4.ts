import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError } from '../errors/service-error.js';

/** The credentials that requests must be signed with. */
export interface LocalCredentials {
  /** The key that requests must be signed with. */
  readonly accessKeyId: string;
  /** The secret of this key. */
  readonly secretAccessKey: string;
  /** When given, requests must carry it. */
  readonly sessionToken?: string | undefined;
  /** From then on requests are refused with ExpiredTokenException. @default never */
  readonly expiration?: Date | undefined;
}

export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The body as it came, before it is inflated. */
  readonly body: Buffer;
}

const SERVICE = 'logs';
const ALGORITHM = 'AWS4-HMAC-SHA256';
const MAX_SKEW_MS = 5 * 60_000;

/**
 * Verifies the AWS Signature Version 4 of a request, including the hash of its body.
 * Throws what the service answers: MissingAuthenticationToken, IncompleteSignature, UnrecognizedClient, ExpiredToken or
 * InvalidSignature.
 */
export function verifySignature(request: SignedRequest, credentials: LocalCredentials, now: number): void {
  const { headers } = request;
  const authorization = headers.authorization;
  if (authorization === undefined) {
    throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const { accessKeyId, scope, signedHeaders, signature } = parseAuthorization(authorization);
  const date = single(headers, 'x-amz-date');
  if (!/^\d{8}T\d{6}Z$/.test(date))
    throw incomplete(`X-Amz-Date must be like 20260101T000000Z, got '${date}'.`);
  for (const name of ['host', 'x-amz-date']) {
    if (!signedHeaders.includes(name)) throw incomplete(`'${name}' must be a signed header.`);
  }
  if (accessKeyId !== credentials.accessKeyId) throw unrecognized();
  const token = headers['x-amz-security-token'];
  if (token !== credentials.sessionToken) throw unrecognized();
  if (credentials.expiration !== undefined && credentials.expiration.getTime() <= now) {
    throw new ServiceError('ExpiredTokenException', 'The security token included in the request is expired');
  }
  checkScope(scope, date);
  checkSkew(date, now);
  const bodyHash = createHash('sha256').update(request.body).digest('hex');
  const claimed = headers['x-amz-content-sha256'];
  if (claimed !== undefined && claimed !== bodyHash) throw mismatch();
  const canonicalHeaders = signedHeaders.map((name) => `${name}:${canonicalValue(headers, name)}\n`).join('');
  const canonicalRequest = [
    request.method,
    request.path,
    '',
    canonicalHeaders,
    signedHeaders.join(';'),
    bodyHash,
  ];
  const stringToSign = [
    ALGORITHM,
    date,
    scope.join('/'),
    createHash('sha256').update(canonicalRequest.join('\n')).digest('hex'),
  ].join('\n');
  const key = scope.reduce<string | Buffer>(
    (secret, part) => createHmac('sha256', secret).update(part).digest(),
    `AWS4${credentials.secretAccessKey}`,
  );
  const expected = createHmac('sha256', key).update(stringToSign).digest();
  const received = Buffer.from(signature, 'hex');
  if (received.length !== expected.length || !timingSafeEqual(received, expected)) throw mismatch();
}

interface Authorization {
  readonly accessKeyId: string;
  /** Date, region, service, `aws4_request`. */
  readonly scope: readonly string[];
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

function parseAuthorization(header: string): Authorization {
  const [algorithm, ...rest] = header.trim().split(/[\s,]+/);
  if (algorithm !== ALGORITHM) throw incomplete(`Authorization must begin with ${ALGORITHM}.`);
  const parts = new Map(rest.map((part) => [part.split('=', 1)[0] ?? '', part.slice(part.indexOf('=') + 1)]));
  const credential = (parts.get('Credential') ?? '').split('/');
  const signedHeaders = (parts.get('SignedHeaders') ?? '').split(';').filter((name) => name !== '');
  const signature = parts.get('Signature') ?? '';
  if (credential.length !== 5 || signedHeaders.length === 0 || signature === '') {
    throw incomplete(
      "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.",
    );
  }
  return { accessKeyId: credential[0] ?? '', scope: credential.slice(1), signedHeaders, signature };
}

function checkScope(scope: readonly string[], date: string): void {
  const [day, , service, terminator] = scope;
  if (service !== SERVICE) throw invalid(`Credential should be scoped to correct service: '${SERVICE}'.`);
  if (terminator !== 'aws4_request') {
    throw invalid("Credential should be scoped with a valid terminator: 'aws4_request'.");
  }
  if (day !== date.slice(0, 8))
    throw invalid('Date in Credential scope does not match YYYYMMDD from X-Amz-Date.');
}

function checkSkew(date: string, now: number): void {
  const signedAt = Date.parse(
    date.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  const current = basicIso(now);
  if (!(signedAt >= now - MAX_SKEW_MS)) {
    const limit = basicIso(now - MAX_SKEW_MS);
    throw invalid(`Signature expired: ${date} is now earlier than ${limit} (${current} - 5 min.)`);
  }
  if (signedAt > now + MAX_SKEW_MS) {
    const limit = basicIso(now + MAX_SKEW_MS);
    throw invalid(`Signature not yet current: ${date} is still later than ${limit} (${current} + 5 min.)`);
  }
}

function basicIso(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function single(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : (value ?? '');
}

function canonicalValue(headers: IncomingHttpHeaders, name: string): string {
  return single(headers, name).trim().replace(/ +/g, ' ');
}

const incomplete = (message: string): ServiceError =>
  new ServiceError('IncompleteSignatureException', message);

const invalid = (message: string): ServiceError => new ServiceError('InvalidSignatureException', message);

const unrecognized = (): ServiceError =>
  new ServiceError('UnrecognizedClientException', 'The security token included in the request is invalid.');

const mismatch = (): ServiceError =>
  invalid(
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  );

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
