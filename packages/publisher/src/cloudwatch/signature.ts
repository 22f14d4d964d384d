import { nodeCrypto } from '../modules/builtins.js';

/** Who signs, and for which place; see "AWS Signature Version 4" in the IAM User Guide. */
export interface SigningScope {
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string | undefined;
  };
  readonly region: string;
  readonly service: string;
}

/** A POST without a query, which every request of AWS JSON 1.1 is. */
export interface UnsignedRequest {
  readonly path: string;
  /** With names in lower case, `host` among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
/** Proxies and HTTP clients may change these on the way. The AWS SDK signs all others. */
const UNSIGNED =
  /^(?:authorization|cache-control|connection|expect|from|keep-alive|max-forwards|pragma|referer|te|trailer|transfer-encoding|upgrade|user-agent|x-amzn-trace-id|proxy-.*|sec-.*)$/;

/** The key for the present day, region and service; it goes with the credentials that it is made of. */
const keys = new WeakMap<SigningScope['credentials'], { readonly scope: string; readonly key: Buffer }>();

/** @returns the headers of the signed request: those of `request` and the ones that the signature adds */
export function sign(request: UnsignedRequest, scope: SigningScope, now: Date): Record<string, string> {
  const { accessKeyId, sessionToken } = scope.credentials;
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const bodyHash = sha256(request.body);
  const headers: Record<string, string> = {
    ...request.headers,
    'x-amz-date': time,
    ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
    'x-amz-content-sha256': bodyHash,
  };
  const signed = Object.keys(headers)
    .filter((name) => !UNSIGNED.test(name))
    .sort();
  const signedHeaders = signed.join(';');
  const canonicalHeaders = signed.map((name) => `${name}:${headers[name].trim().replace(/\s+/g, ' ')}\n`);
  const canonicalRequest = [
    'POST',
    canonicalPath(request.path),
    '', // no query
    canonicalHeaders.join(''),
    signedHeaders,
    bodyHash,
  ].join('\n');
  const credentialScope = [day, scope.region, scope.service, 'aws4_request'].join('/');
  const key = keyFor(scope.credentials, credentialScope);
  const toSign = [ALGORITHM, time, credentialScope, sha256(canonicalRequest)].join('\n');
  const signature = hmac(key, toSign).toString('hex');
  headers.authorization = `${ALGORITHM} Credential=${accessKeyId}/${credentialScope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
  return headers;
}

function keyFor(credentials: SigningScope['credentials'], scope: string): Buffer {
  const known = keys.get(credentials);
  if (known?.scope === scope) return known.key;
  const first: string | Buffer = `AWS4${credentials.secretAccessKey}`;
  const key = scope.split('/').reduce<string | Buffer>(hmac, first) as Buffer;
  keys.set(credentials, { scope, key });
  return key;
}

/** Without empty and dotted segments, and encoded once more, as every service but S3 wants it. */
function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encode(segment));
  }
  return segments.length === 0 ? '/' : `/${segments.join('/')}${path.endsWith('/') ? '/' : ''}`;
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(data: string | Uint8Array): string {
  return nodeCrypto().createHash('sha256').update(data).digest('hex');
}

function hmac(key: string | Buffer, data: string): Buffer {
  return nodeCrypto().createHmac('sha256', key).update(data).digest();
}
