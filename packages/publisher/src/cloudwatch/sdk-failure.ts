import type { PutFailure } from './sink.js';

/** Errors after which the request certainly did not reach the service. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'CredentialsProviderError',
  'ClientModuleError',
]);

/** What the SDK puts on its errors; all of it may be missing, and what came in an answer may be anything. */
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
  const name = isNamed ? (ownName ?? 'Error') : code;
  const unsent = NEVER_SENT.has(name) || (status === undefined && /region is missing/i.test(said ?? ''));
  return {
    ok: false,
    name,
    message: said ?? textOf(error.errors?.[0]?.message) ?? name,
    status,
    retryAfterMs: retryAfterMs(error.$response?.headers),
    expectedSequenceToken: textOf(error.expectedSequenceToken),
    bodySent: !unsent,
    clientAttempts: error.$metadata?.attempts,
  };
}

/** The SDK hands on what an answer holds, whatever its type; a gateway in between may say anything. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return value === undefined || value === null ? undefined : (JSON.stringify(value) ?? undefined);
}

/** `Retry-After` in seconds or as a date. */
function retryAfterMs(headers: Readonly<Record<string, string>> | undefined): number | undefined {
  const value = headers?.['retry-after'];
  if (!value) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}
