import type http from 'node:http';
import type https from 'node:https';
import type { Socket } from 'node:net';
import { nodeHttp } from '../modules/builtins.js';
import { clearTimeout, setTimeout, wallTime, whenRead } from '../time/clock.js';
import {
  type AgentSettings,
  CONNECT_TIMEOUT_MS,
  connectTimeout,
  type Destination,
  tunnelAgent,
} from './proxy.js';
import { lookup } from './shared-lookup.js';

/**
 * A connection that was idle for longer is not used again: the service may have closed it by then, and a put that meets
 * that may or may not be stored. AWS names no time; the shortest that users report of a service is 5 s.
 */
const IDLE_MS = 4000;
/**
 * A body is written in pieces, each when the system has taken the one before: what is written at once shows neither
 * progress nor whether it left this process.
 */
const PIECE_BYTES = 65_536;

/** The part of the SDK's HttpRequest that is used here. */
interface SdkRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, string | string[] | null>;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** The answer, with a body that is read by whoever asked. */
interface Response {
  readonly statusCode: number | undefined;
  readonly headers: Record<string, string>;
  readonly body: http.IncomingMessage;
}

/** Told how far one request has come. */
export interface RequestWatch {
  /** It begins: nothing of it has left this process. */
  begun(): void;
  /** Its last byte may leave from now on, so that it may be carried out. */
  whole(): void;
  /** The system has taken bytes of it. */
  wrote(): void;
  /** Bytes of the answer came. */
  read(): void;
}

interface HandlerOptions {
  /** The signal that was given to `client.send`; the SDK's own type for it knows less. */
  readonly abortSignal?: unknown;
  readonly watch?: RequestWatch;
}

/**
 * HTTP for the SDK's client, over Node's own agents. In place of the SDK's handler because that one arms
 * timers which keep the process alive for seconds while an endpoint hangs, and a transport with nothing else
 * to do must let the process come to its end, where the publisher takes over (`exit/exit-guard.ts`).
 */
export class RequestHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #http: http.Agent;
  readonly #https: https.Agent;
  readonly #settings: AgentSettings;
  readonly #proxyFor: (to: Destination) => URL | undefined;
  /** Those through proxies, by the URL of the proxy. */
  readonly #tunnels = new Map<string, https.Agent>();
  readonly #idleMs: number;
  /**
   * When a connection was used last, by the clock of the machine: timers come late in a process that was frozen, and the
   * other clock may have stood still. A clock that is set costs a new connection.
   */
  readonly #usedAt = new WeakMap<Socket, number>();

  /** @param proxyFor gives the proxy for a request; it may throw */
  constructor(
    settings: AgentSettings = {},
    proxyFor: (to: Destination) => URL | undefined = () => undefined,
  ) {
    const { http, https } = nodeHttp();
    // Who asks bounds how many requests are under way.
    const { timeout } = settings;
    this.#idleMs = typeof timeout === 'number' && timeout > 0 ? timeout : IDLE_MS;
    this.#settings = { keepAlive: true, ...settings, timeout: this.#idleMs };
    this.#http = new http.Agent(this.#settings);
    this.#https = new https.Agent(this.#settings);
    this.#proxyFor = proxyFor;
  }

  handle(request: SdkRequest, options: HandlerOptions = {}): Promise<{ response: Response }> {
    const { watch } = options;
    watch?.begun();
    const abortSignal = options.abortSignal as AbortSignal | undefined;
    const { http, https } = nodeHttp();
    const secure = request.protocol === 'https:';
    return new Promise((resolve, reject) => {
      if (abortSignal?.aborted) {
        reject(abortSignal.reason);
        return;
      }
      const agent = this.#agentFor(request);
      this.#closeStale(agent);
      const outgoing = (secure ? https : http).request({
        agent,
        host: request.hostname.replace(/^\[|\]$/g, ''),
        port: request.port,
        method: request.method,
        path: request.path + queryString(request.query),
        headers: request.headers,
        lookup,
      });
      const onAbort = () => {
        outgoing.destroy();
        reject(abortSignal?.reason);
      };
      abortSignal?.addEventListener('abort', onAbort, { once: true });
      outgoing.once('close', () => abortSignal?.removeEventListener('abort', onAbort));
      // An idle or hanging connection must not keep the process alive; whoever waits for an answer holds it.
      outgoing.once('socket', (socket) => {
        socket.unref();
        outgoing.once('close', () => this.#usedAt.set(socket, wallTime()));
        if (watch) {
          const onData = () => watch.read();
          socket.on('data', onData);
          outgoing.once('close', () => socket.off('data', onData));
        }
        if (!socket.connecting) {
          write(outgoing, request.body, watch);
          return;
        }
        let isConnected = false;
        const late = setTimeout(() => {
          whenRead(() => isConnected || outgoing.destroy(connectTimeout()));
        }, CONNECT_TIMEOUT_MS).unref();
        outgoing.once('close', () => clearTimeout(late));
        socket.once(secure ? 'secureConnect' : 'connect', () => {
          isConnected = true;
          clearTimeout(late);
          write(outgoing, request.body, watch);
        });
      });
      outgoing.once('error', reject);
      let isAnswered = false;
      // A connection that is made for another protocol by the answer is closed without an error. One that was answered is
      // closed, too, and an error costs its stack.
      outgoing.once('close', () => isAnswered || reject(closedError()));
      outgoing.once('response', (incoming) => {
        isAnswered = true;
        const headers: Record<string, string> = {};
        for (const [name, value] of Object.entries(incoming.headers)) {
          if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
        }
        resolve({ response: { statusCode: incoming.statusCode, headers, body: incoming } });
      });
    });
  }

  /** Closes the connections that nothing is under way on: they may be as dead as one that is silent. */
  closeIdle(): void {
    for (const { freeSockets } of this.#agents) {
      for (const sockets of Object.values(freeSockets)) for (const socket of sockets ?? []) socket.destroy();
    }
  }

  #closeStale({ freeSockets }: http.Agent): void {
    const now = wallTime();
    for (const socket of Object.values(freeSockets).flatMap((sockets) => sockets ?? [])) {
      if (Math.abs(now - (this.#usedAt.get(socket) ?? 0)) > this.#idleMs) socket.destroy();
    }
  }

  destroy(): void {
    for (const agent of this.#agents) agent.destroy();
  }

  /** The proxy that a request goes through. */
  proxyFor(to: Destination): URL | undefined {
    return this.#proxyFor(to);
  }

  /** Part of the SDK's contract; this handler has nothing to change while it runs. */
  updateHttpClientConfig(): void {}

  get #agents(): readonly http.Agent[] {
    return [this.#http, this.#https, ...this.#tunnels.values()];
  }

  #agentFor(to: Destination): http.Agent {
    const proxy = this.#proxyFor(to);
    if (!proxy) return to.protocol === 'https:' ? this.#https : this.#http;
    let agent = this.#tunnels.get(proxy.href);
    if (!agent) {
      agent = tunnelAgent(proxy, this.#settings);
      this.#tunnels.set(proxy.href, agent);
    }
    return agent;
  }

  /** The agents that go straight to the endpoint, under the names of the SDK's own handler. */
  httpHandlerConfigs(): object {
    return { httpAgent: this.#http, httpsAgent: this.#https };
  }
}

function closedError(): Error {
  return Object.assign(new Error('the connection was closed before an answer'), { code: 'ECONNRESET' });
}

function write(outgoing: http.ClientRequest, body: SdkRequest['body'], watch?: RequestWatch): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  let at = 0;
  const writeNext = () => {
    if (outgoing.destroyed) return;
    const piece = bytes?.subarray(at, at + PIECE_BYTES);
    at += PIECE_BYTES;
    const isLast = at >= (bytes?.length ?? 0);
    if (isLast) watch?.whole();
    const onTaken = (error?: Error | null) => {
      if (error) return; // the request fails with it
      watch?.wrote();
      if (!isLast) writeNext();
    };
    if (isLast) outgoing.end(piece, onTaken);
    else outgoing.write(piece, onTaken);
  };
  writeNext();
}

function queryString(query: SdkRequest['query']): string {
  if (!query) return '';
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value ?? '']) parameters.append(name, one);
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
