import { once } from 'node:events';
import type http from 'node:http';
import type https from 'node:https';
import type { Socket } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { nodeHttp } from '../modules/builtins.js';
import { clearTimeout, setTimeout, whenRead } from '../time/clock.js';
import { lookup } from './shared-lookup.js';

/** Settings of one of Node's HTTP agents, as plain data: `keepAlive`, `maxSockets`, `ca`, `cert`, `servername` and so on. */
export type AgentSettings = Readonly<Record<string, unknown>>;

/**
 * The settings of an agent, for an equal one in another thread.
 *
 * @returns undefined for an agent that is more than its settings: a subclass, an agent with a function of its own, or
 * settings with a function. It is probably the way through a proxy, and must not be bypassed.
 */
export function agentSettings(agent: unknown): AgentSettings | undefined {
  if (typeof agent !== 'object' || agent === null) return undefined;
  const { http, https } = nodeHttp();
  const prototype = Object.getPrototypeOf(agent);
  if (prototype !== http.Agent.prototype && prototype !== https.Agent.prototype) return undefined;
  if (Object.values(agent).some((value) => typeof value === 'function')) return undefined;
  try {
    return structuredClone((agent as { readonly options?: AgentSettings }).options ?? {});
  } catch {
    return undefined;
  }
}

// The way through a forward proxy, the same in every thread and on every version of Node.js, whose own agents know proxies
// from 22.21 and 24.5 on only. A connection that is being made is bounded, and does not hold the process: a proxy may hang.

/** Longest that a connection takes, that through a proxy and its encryption included. */
export const CONNECT_TIMEOUT_MS = 5000;

/** Where a request goes. */
export interface Destination {
  readonly protocol: string;
  /** An address of IPv6 with or without brackets. */
  readonly hostname: string;
  readonly port?: string | number | undefined;
}

/**
 * The proxy that the environment names for a request: `HTTPS_PROXY`, for HTTPS only, unless `NO_PROXY` names the host. The
 * names in lower case go first, as everywhere.
 *
 * @throws TypeError when it is no URL of a proxy that speaks HTTP: to go around it would be wrong
 */
export function proxyFor(to: Destination, env: NodeJS.ProcessEnv): URL | undefined {
  if (to.protocol !== 'https:') return undefined;
  const named = env.https_proxy || env.HTTPS_PROXY;
  if (!named || isExempt(to, env.no_proxy || env.NO_PROXY || '')) return undefined;
  const text = named.includes('://') ? named : `http://${named}`;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (proxy?.protocol === 'http:' || proxy?.protocol === 'https:') return proxy;
  throw proxyError('HTTPS_PROXY must be the URL of a proxy, such as http://proxy.example:8080');
}

/** As in curl and most programs: a name stands for itself and all below it, `*` for everything. */
function isExempt(to: Destination, noProxy: string): boolean {
  const host = bare(to.hostname).toLowerCase();
  const port = String(to.port || 443);
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true;
      const isAddress = /^[^[]*:.*:/.test(entry); // of IPv6, which needs brackets before a port
      const [, name = entry, only = port] = (!isAddress && /^(.*?)(?::(\d+))?$/.exec(entry)) || [];
      if (only !== port) return false;
      const own = bare(name).replace(/^\*?\./, '');
      return own !== '' && (host === own || host.endsWith(`.${own}`));
    });
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** A connection through a proxy. @throws Error with the proxy's answer when it refuses */
export async function connectThrough(proxy: URL, to: Destination, signal: AbortSignal): Promise<Socket> {
  const { http, https } = nodeHttp();
  const path = `${to.hostname}:${to.port || 443}`;
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const secure = proxy.protocol === 'https:';
  const request = (secure ? https : http).request({
    host: bare(proxy.hostname),
    port: proxy.port || (secure ? 443 : 80),
    method: 'CONNECT',
    path,
    headers: {
      host: path,
      ...(proxy.username && {
        'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}`,
      }),
    },
    agent: false,
    lookup,
    signal,
  });
  request.once('socket', (socket) => socket.unref());
  request.end();
  const [answer, socket] = (await once(request, 'connect')) as [http.IncomingMessage, Socket];
  if (answer.statusCode === 200) return socket;
  socket.destroy();
  throw proxyError(`the proxy answers HTTP ${answer.statusCode} ${answer.statusMessage} to CONNECT`);
}

/** An agent whose connections go through a proxy. @param settings of the connections to the endpoint, such as `ca` */
export function tunnelAgent(proxy: URL, settings: AgentSettings): https.Agent {
  const agent = new (nodeHttp().https.Agent)(settings);
  const createConnection = (
    to: ConnectionOptions,
    done: (error: Error | null, socket?: Socket) => void,
  ): void => {
    connectSecurely(proxy, to).then((socket) => done(null, socket), done);
  };
  return Object.assign(agent, { createConnection });
}

async function connectSecurely(proxy: URL, to: ConnectionOptions): Promise<Socket> {
  const controller = new AbortController();
  const { signal } = controller;
  const late = setTimeout(
    () => whenRead(() => controller.abort(connectTimeout())),
    CONNECT_TIMEOUT_MS,
  ).unref();
  let encrypted: TLSSocket | undefined;
  try {
    const hostname = String(to.host);
    const destination = { protocol: 'https:', hostname: hostname.includes(':') ? `[${hostname}]` : hostname };
    const socket = await connectThrough(proxy, { ...destination, port: to.port }, signal);
    encrypted = process.getBuiltinModule('node:tls').connect({ ...to, socket });
    encrypted.unref();
    await once(encrypted, 'secureConnect', { signal });
    return encrypted;
  } catch (error) {
    encrypted?.destroy();
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(late);
  }
}

export function connectTimeout(): Error {
  const error = new Error(`no connection within ${CONNECT_TIMEOUT_MS} ms`);
  return Object.assign(error, { name: 'ConnectTimeoutError' });
}

function proxyError(message: string): Error {
  return Object.assign(new Error(message), { name: 'ProxyError' });
}
