import { isDeepStrictEqual } from 'node:util';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';

/** One of the functions that a client's requests go through, and its place among them. */
export interface Middleware {
  readonly run: unknown;
  readonly place: string;
}

/** The settings of a client that are compared, as the SDK resolves them; not all are in its types. */
interface Resolved {
  readonly logger: object;
  readonly protocol: object;
  readonly httpAuthSchemes: readonly { readonly signer: object }[];
  readonly retryStrategy: () => Promise<object>;
  readonly maxAttempts: () => Promise<number>;
}

/** The options of a middleware that say where it stands. */
interface Position {
  readonly name?: string;
  readonly step?: string;
  readonly priority?: string;
  readonly relation?: string;
  readonly toMiddleware?: string;
}

/** One for each copy of the SDK. */
const plainClients = new WeakMap<object, CloudWatchLogsClient>();

/** A client with nothing of the application in it, to compare another one of the same copy of the SDK with. */
export function plainClient(client: CloudWatchLogsClient): CloudWatchLogsClient {
  // The application may have derived its own: the SDK's is the one right above the class that all clients share.
  let type = client.constructor as new (settings: object) => CloudWatchLogsClient;
  const parent = (of: unknown) => Object.getPrototypeOf(of);
  while (parent(parent(type)) !== Function.prototype) type = parent(type);
  let plain = plainClients.get(type);
  if (!plain) {
    const credentials = { accessKeyId: '-', secretAccessKey: '-' };
    plain = new type({ region: '-', credentials, retryMode: 'standard', maxAttempts: 1 });
    plainClients.set(type, plain);
  }
  return plain;
}

/** All that a client's requests go through, but for what belongs to a command. */
export function middlewareOf({ middlewareStack }: CloudWatchLogsClient): Middleware[] {
  const all: Middleware[] = [];
  const add = (run: unknown, { name, step, priority, relation, toMiddleware }: Position): void => {
    all.push({ run, place: [name, step, priority, relation, toMiddleware].join() });
  };
  middlewareStack.applyToStack({ add, addRelativeTo: add } as unknown as typeof middlewareStack);
  return all;
}

/**
 * Whether a client does with a request what the SDK does by itself, once, and nothing else: no middleware of the
 * application, no wrapper of a tracer around `send`, no logger, no strategy of retries of its own.
 */
export async function isPlain(client: CloudWatchLogsClient): Promise<boolean> {
  // The SDK's own asks the command for its middleware; the name is part of its interface, so no minifier changes it.
  if (!/\bresolveMiddleware\b/.test(String(client.send))) return false;
  const plain = plainClient(client);
  // Each client has functions of its own, made from the same text.
  const texts = (of: CloudWatchLogsClient) => middlewareOf(of).map(({ run, place }) => `${place} ${run}`);
  if (texts(client).join('\n') !== texts(plain).join('\n')) return false;
  const config = client.config as unknown as Resolved;
  const usual = plain.config as unknown as Resolved;
  return (
    config.logger.constructor === usual.logger.constructor &&
    config.protocol.constructor === usual.protocol.constructor &&
    isDeepStrictEqual(signersOf(config), signersOf(usual)) &&
    (await config.maxAttempts()) === 1 &&
    (await config.retryStrategy()).constructor === (await usual.retryStrategy()).constructor
  );
}

function signersOf({ httpAuthSchemes }: Resolved): unknown[] {
  return httpAuthSchemes.map(({ signer }) => signer.constructor);
}
