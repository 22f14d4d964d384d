import { forPeople } from '../text/for-people.js';
import { wallTime } from '../time/clock.js';
import type { PutFailure } from './sink.js';

/** Codes of Node.js for a certificate that it does not trust; see "X509 certificate error codes" of `node:tls`. */
const UNTRUSTED = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Errors after which the request certainly did not reach the service. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  ...UNTRUSTED,
  'ConnectTimeoutError',
  'ProxyError',
  'CredentialsProviderError',
  'CredentialsTimeoutError',
  'ClientModuleError',
]);

const LONGEST_NAME = 100;

/** Fields that the SDK puts on its errors; all of them may be missing, and those of an answer may be anything. */
interface SdkError {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly errors?: readonly SdkError[];
  readonly expectedSequenceToken?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>>; readonly statusCode?: number };
}

/** Puts an error of the SDK, of Node's network code or of anything else into plain words. */
export function toPutFailure(thrown: unknown): PutFailure {
  const error: SdkError =
    typeof thrown === 'object' && thrown !== null ? thrown : { message: String(thrown) };
  const status = error.$metadata?.httpStatusCode ?? error.$response?.statusCode;
  // A refused connection to a name with two addresses is an AggregateError without a text of its own.
  const code = textOf(error.code ?? error.errors?.[0]?.code);
  const said = textOf(error.message);
  const ownName = textOf(error.name);
  // The code of a network error says more than its name; the name of what was never sent is known here.
  const isNamed = status !== undefined || !code || NEVER_SENT.has(ownName ?? '');
  const name = forPeople((isNamed ? (ownName ?? 'Error') : code).slice(0, LONGEST_NAME));
  const unsent = NEVER_SENT.has(name) || (status === undefined && /region is missing/i.test(said ?? ''));
  return {
    ok: false,
    name,
    message: said ?? textOf(error.errors?.[0]?.message) ?? name,
    status,
    retryAfterMs: retryAfterMs(error.$response?.headers),
    ...redirect(status, error.$response?.headers),
    expectedSequenceToken: textOf(error.expectedSequenceToken),
    bodySent: !unsent,
    unansweredBefore: (error.$metadata?.attempts ?? 1) - 1,
  };
}

/** A request that took too long: it may have been stored. */
export function timeoutError(message: string): Error {
  return Object.assign(new Error(message), { name: 'TimeoutError' });
}

/** Whether a certificate was refused: so it will be until somebody changes something. */
export function isUntrusted({ name }: PutFailure): boolean {
  return UNTRUSTED.has(name);
}

/** The SDK hands on what an answer holds, whatever its type; a gateway in between may say anything. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return value === undefined || value === null ? undefined : (JSON.stringify(value) ?? undefined);
}

function redirect(
  status = 0,
  headers: Readonly<Record<string, string>> = {},
): Pick<PutFailure, 'redirectedTo'> {
  if (status < 300 || status >= 400) return {};
  const { location } = headers;
  // Only its host: the rest may hold what nobody should read.
  return { redirectedTo: location && URL.canParse(location) ? new URL(location).host : 'another place' };
}

/** `Retry-After` in seconds or as a date. */
function retryAfterMs(headers: Readonly<Record<string, string>> | undefined): number | undefined {
  const value = headers?.['retry-after'];
  if (!value) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - wallTime();
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}
