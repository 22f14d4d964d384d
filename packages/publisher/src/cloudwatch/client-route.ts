import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { readAnswer } from './bounded-answer.js';
import { type AgentSettings, agentSettings } from './proxy.js';
import { RequestHandler } from './request-handler.js';
import type { SigningScope } from './signature.js';

/** Credentials, and where the SDK found them, as far as it says so. */
export interface FoundCredentials {
  readonly keys: SigningScope['credentials'];
  readonly expiration: Date | undefined;
  /** Such as `environment variables`. */
  readonly source: string | undefined;
}

/** A plain HTTP request. */
export interface PlainRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The answer to it. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** A client, and the package that it speaks through. */
export interface LoadedClient {
  readonly sdk: typeof import('@aws-sdk/client-cloudwatch-logs');
  readonly client: CloudWatchLogsClient;
}

/** Where a client's requests go. */
export interface ClientEndpoint {
  readonly url: URL;
  /** Whether `url` is AWS's own endpoint for the Region. */
  readonly isAws: boolean;
}

/** The way that a client's requests take, found out before one is made. */
export interface ClientRoute extends ClientEndpoint {
  /** Settings of the agent that makes the connections, such as `ca`. */
  readonly agent: AgentSettings;
  /** Whether that is an agent of Node.js, which goes straight to the endpoint where it names no proxy. */
  readonly isPlain: boolean;
  /** Name of the class of the agent. */
  readonly agentClass: string;
  /** The proxy that requests go through, as far as the agent says so. May hold a password. */
  readonly proxy: URL | undefined;
  /** Whether the environment says which proxy that is: with an agent of the application it does not. */
  readonly followsEnvironment: boolean;
  /** Makes a request on the client's own connections. */
  send(request: PlainRequest, timeoutMs: number): Promise<PlainAnswer>;
}

/** Fields by which the SDK marks where credentials came from, in its own words. */
const SOURCES: Readonly<Record<string, string>> = {
  CREDENTIALS_CODE: 'the options',
  CREDENTIALS_ENV_VARS: 'environment variables',
  CREDENTIALS_PROFILE: 'a profile',
  CREDENTIALS_PROFILE_PROCESS: 'a process that a profile names',
  CREDENTIALS_PROFILE_SSO: 'a profile with SSO',
  CREDENTIALS_PROFILE_STS_WEB_ID_TOKEN: 'a profile with a web identity',
  CREDENTIALS_ENV_VARS_STS_WEB_ID_TOKEN: 'a web identity token',
  CREDENTIALS_STS_ASSUME_ROLE: 'a role',
  CREDENTIALS_STS_ASSUME_ROLE_WEB_ID: 'a role with a web identity',
  CREDENTIALS_HTTP: 'the container',
  CREDENTIALS_IMDS: 'the instance',
};

/** @throws the SDK's error when there is no Region, or it has no endpoint */
export async function regionOf(client: CloudWatchLogsClient): Promise<string> {
  return client.config.region();
}

/** @throws the SDK's error when there are none */
export async function credentialsOf(client: CloudWatchLogsClient): Promise<FoundCredentials> {
  const found = await client.config.credentials();
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = found;
  const marks = Object.keys((found as { readonly $source?: object }).$source ?? {});
  const source = marks.map((mark) => SOURCES[mark]).find((name) => name !== undefined);
  return { keys: { accessKeyId, secretAccessKey, sessionToken }, expiration, source };
}

/**
 * The endpoint of a client's requests, by the rules of the SDK: its own settings, the environment, the shared files, the
 * Region. A request is made up to where the SDK has put the endpoint into it, and not sent.
 *
 * @throws the SDK's error when there is no Region, or it has no endpoint
 */
export async function endpointOf({ sdk, client }: LoadedClient): Promise<ClientEndpoint> {
  const { config } = client;
  const command = new sdk.DescribeLogGroupsCommand({});
  let made: SentRequest | undefined;
  command.middlewareStack.add(
    () => async (args) => {
      made = args.request as SentRequest;
      return { output: { $metadata: {} }, response: {} };
    },
    { step: 'build', priority: 'high', name: 'seesEndpoint' },
  );
  // Not by `client.send`, which an application may have replaced.
  await command.resolveMiddleware(client.middlewareStack, config, {})(command);
  const own = config.endpointProvider({
    Region: await config.region(),
    UseFIPS: await config.useFipsEndpoint(),
    UseDualStack: await config.useDualstackEndpoint(),
  }).url;
  const url = made
    ? new URL(`${made.protocol}//${made.hostname}${made.port ? `:${made.port}` : ''}${made.path}`)
    : own;
  return { url, isAws: url.href === own.href };
}

/** @throws the SDK's error when the Region has no endpoint */
export async function routeOf(loaded: LoadedClient): Promise<ClientRoute> {
  const { url, isAws } = await endpointOf(loaded);
  const { config } = loaded.client;
  const handler = config.requestHandler as Handler & object;
  const agent = await agentFor(handler, url);
  return {
    url,
    isAws,
    agent: agent?.options ?? {},
    isPlain: agentSettings(agent) !== undefined,
    agentClass: agent?.constructor?.name ?? 'unknown',
    proxy: handler instanceof RequestHandler ? handler.proxyFor(url) : proxyOf(agent, url),
    followsEnvironment: handler instanceof RequestHandler,
    send: (request, timeoutMs) => send(handler, request, timeoutMs),
  };
}

/** The part of a request of the SDK that says where it goes. */
interface SentRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
}

/** The part of a handler of the SDK that is used here. */
interface Handler {
  handle(
    request: object,
    options: { readonly abortSignal: AbortSignal },
  ): Promise<{
    readonly response: {
      readonly statusCode?: number | undefined;
      readonly headers: Readonly<Record<string, string>>;
      readonly body?: unknown;
    };
  }>;
  httpHandlerConfigs?(): { readonly httpAgent?: unknown; readonly httpsAgent?: unknown };
}

/** An agent of Node.js, or of a proxy package. */
interface Agent {
  readonly options?: AgentSettings & { readonly proxyEnv?: Readonly<Record<string, string | undefined>> };
  readonly proxy?: unknown;
}

async function agentFor(handler: Handler, url: URL): Promise<Agent | undefined> {
  // The SDK's handler makes its agents with the first request; one that is aborted already goes no further.
  await handler
    .handle(requestTo({ url, headers: {}, body: '' }), { abortSignal: AbortSignal.abort() })
    .catch(() => {});
  const agents = handler.httpHandlerConfigs?.() ?? {};
  return (url.protocol === 'https:' ? agents.httpsAgent : agents.httpAgent) as Agent | undefined;
}

/** `proxyEnv` is Node's own setting; agents of the usual packages have a URL in `proxy`. */
function proxyOf(agent: Agent | undefined, url: URL): URL | undefined {
  const env = agent?.options?.proxyEnv;
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = env?.[name.toLowerCase()] ?? env?.[name] ?? agent?.proxy;
  const text = proxy instanceof URL ? proxy.href : proxy;
  return typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined;
}

async function send(handler: Handler, request: PlainRequest, timeoutMs: number): Promise<PlainAnswer> {
  const { response } = await handler.handle(requestTo(request), {
    abortSignal: AbortSignal.timeout(timeoutMs),
  });
  const text = (await readAnswer(response)).toString();
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

function requestTo({ url, headers, body }: PlainRequest): object {
  return {
    protocol: url.protocol,
    hostname: url.hostname,
    port: url.port === '' ? undefined : Number(url.port),
    path: url.pathname,
    query: {},
    method: 'POST',
    headers: { host: url.host, ...headers, 'content-length': String(Buffer.byteLength(body)) },
    body,
  };
}
