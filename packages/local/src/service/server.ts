import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { ServiceError } from '../errors/service-error.js';
import { isAllowedHost } from '../requests/loopback.js';
import { readBody } from '../requests/request-body.js';
import type { Exchange } from './request-record.js';
import { type Answer, type Call, CONTENT_TYPE, type Outcome, refusal } from './service.js';

export interface HttpServerOptions {
  readonly host: string;
  readonly now: () => number;
  /** How many bytes a second of a body are read; undefined for all that come. */
  readonly bodyBytesPerSecond: (headers: IncomingHttpHeaders) => number | undefined;
  /** May reject when `signal` aborts; the connection is gone then. */
  readonly handle: (call: Call, signal: AbortSignal) => Promise<Outcome>;
  /** Called when an answer has left, was reset, or a hang has begun. */
  readonly onOutcome: (outcome: Outcome, exchange: Exchange) => void;
  /** Answers what is not a `POST /`, or says that there is no such page. May reject when the connection is gone. */
  readonly handleOther: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
}

/** When the head of a request was there: by the clock of the machine, and to measure from. */
interface Arrival {
  readonly time: number;
  readonly since: number;
}

/** Longer than clients keep idle connections, so that none is closed under a request that is just being sent. */
const KEEP_ALIVE_MS = 120_000;

/** The HTTP side of the endpoint. Can be stopped, which cuts every connection, and started again on the same port. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #sockets = new Set<Socket>();
  #running: { readonly server: Server; readonly stopping: AbortController } | undefined;
  #port: number;
  #isUnref = false;
  /** Starts and stops take turns: a port is free again only when the stop before is over. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(port: number, options: HttpServerOptions) {
    this.#port = port;
    this.#options = options;
  }

  /** The port, also while stopped. 0 before the first start when any port will do. */
  get port(): number {
    return this.#port;
  }

  /** Neither the listening nor open connections keep the process alive from now on. */
  unref(): void {
    this.#isUnref = true;
    this.#running?.server.unref();
    for (const socket of this.#sockets) socket.unref();
  }

  get listening(): boolean {
    return this.#running !== undefined;
  }

  start(): Promise<void> {
    return this.#inTurn(() => this.#start());
  }

  stop(): Promise<void> {
    return this.#inTurn(() => this.#stop());
  }

  #inTurn(action: () => Promise<void>): Promise<void> {
    const result = this.#turn.then(action);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #start(): Promise<void> {
    if (this.#running !== undefined) return;
    const stopping = new AbortController();
    // Every request that a latency fault holds listens to it.
    setMaxListeners(0, stopping.signal);
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
      // A request whose connection broke has none any more.
      const { socket } = request;
      // A rejection here means that the connection broke or the endpoint stops: there is nobody to answer.
      this.#serve(request, response, stopping.signal).catch(() => socket.destroy());
    });
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      if (this.#isUnref) socket.unref();
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#running = { server, stopping };
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(this.#port, this.#options.host, resolve);
      });
    } catch (error) {
      this.#running = undefined;
      throw error;
    }
    if (this.#isUnref) server.unref();
    this.#port = (server.address() as AddressInfo).port;
  }

  async #stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    running.stopping.abort();
    const closed = new Promise((resolve) => running.server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const arrival = { time: Date.now(), since: performance.now() };
    if (!isAllowedHost(request.headers.host, this.#options.host)) {
      request.resume();
      this.#send(response, foreignHost(request), arrival, 0);
      return;
    }
    if (request.url !== '/' || request.method !== 'POST') {
      if (await this.#options.handleOther(request, response)) return;
      request.resume();
      this.#send(response, unknownPage(request), arrival, 0);
      return;
    }
    let body: Buffer;
    try {
      const bytesPerSecond = this.#options.bodyBytesPerSecond(request.headers);
      body = await readBody(request, bytesPerSecond === undefined ? undefined : { bytesPerSecond, signal });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      response.setHeader('connection', 'close');
      this.#send(response, refusal('other', error), arrival, 0);
      return;
    }
    const { method = '', url = '', headers } = request;
    const outcome = await this.#options.handle({ method, path: url, headers, body }, signal);
    this.#send(response, outcome, arrival, body.length);
  }

  #send(response: ServerResponse, outcome: Outcome, arrival: Arrival, requestBytes: number): void {
    const { answer, dateOffsetMs = 0 } = outcome;
    const date = new Date(this.#options.now() + dateOffsetMs).toUTCString();
    const tell = once(() => {
      const durationMs = performance.now() - arrival.since;
      const client = response.req.headers['user-agent'];
      this.#options.onOutcome(outcome, { time: arrival.time, durationMs, requestBytes, client });
    });
    if (response.destroyed) {
      // The client left while the request was held; no event of this response is to come.
      tell();
      return;
    }
    switch (answer.kind) {
      case 'reply':
        response.once('finish', tell).once('close', tell);
        writeReply(response, answer, date);
        break;
      case 'stream': {
        const requestId = randomUUID();
        const { contentType, start } = answer.stream;
        response.writeHead(200, { 'content-type': contentType, date, 'x-amzn-requestid': requestId });
        start(response, requestId);
        tell();
        break;
      }
      case 'reset':
        response.socket?.resetAndDestroy();
        tell();
        break;
      case 'hang':
        resetAfter(response, answer.ms);
        tell();
        break;
      case 'endless':
        writeEndlessly(response, answer.bytesPerSecond, date);
        resetAfter(response, answer.ms);
        tell();
        break;
    }
  }
}

function foreignHost({ headers }: IncomingMessage): Outcome {
  const message = `The Host header must name this machine (localhost or a loopback address), got '${headers.host}'.`;
  return refusal('other', new ServiceError('ForbiddenHostException', message, { status: 403 }));
}

function unknownPage({ method, url }: IncomingMessage): Outcome {
  const message = `CloudWatch Logs requests are POST /, got ${method} ${url}.`;
  return refusal('other', new ServiceError('UnknownOperationException', message, { status: 404 }));
}

/** How often a part of an endless body is written. */
const ENDLESS_STEP_MS = 50;

function writeEndlessly(response: ServerResponse, bytesPerSecond: number, date: string): void {
  response.writeHead(200, { 'content-type': CONTENT_TYPE, date, 'x-amzn-requestid': randomUUID() });
  // White space in JSON may go on for ever without being wrong.
  const part = ' '.repeat(Math.max(1, Math.round((bytesPerSecond * ENDLESS_STEP_MS) / 1000)));
  response.write('{');
  const timer = setInterval(() => {
    if (!response.writableNeedDrain) response.write(part);
  }, ENDLESS_STEP_MS);
  response.once('close', () => clearInterval(timer));
}

function resetAfter(response: ServerResponse, ms: number | undefined): void {
  if (ms === undefined) return;
  const timer = setTimeout(() => response.socket?.resetAndDestroy(), ms);
  response.once('close', () => clearTimeout(timer));
}

function writeReply(
  response: ServerResponse,
  answer: Extract<Answer, { kind: 'reply' }>,
  date: string,
): void {
  const { status, contentType, body, retryAfterSeconds } = answer;
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    // The clock of the service: clients correct their signing time by it.
    date,
    'x-amzn-requestid': randomUUID(),
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
  });
  response.end(body);
}

function once(callback: () => void): () => void {
  let called = false;
  return () => {
    if (called) return;
    called = true;
    callback();
  };
}
