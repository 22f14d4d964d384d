import { once } from 'node:events';
import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import type { LocalCloudWatchLogs } from 'cloudwatch-logs-local';
import { atEnd } from '../fixtures/at-end.js';

/** A request as it came over the wire. */
export interface RecordedRequest {
  readonly operation: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface RecordingProxy {
  readonly endpoint: string;
  readonly requests: readonly RecordedRequest[];
  /** Connections that were made so far. */
  readonly connections: number;
}

export interface ProxyOptions {
  /** Key and certificate in PEM; with them it speaks HTTPS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Address to listen on. @default '127.0.0.1' */
  readonly host?: string;
}

/** Stands before an endpoint, hands on what comes as it is, and remembers it. */
export async function startRecordingProxy(
  t: TestContext,
  local: LocalCloudWatchLogs,
  { tls, host = '127.0.0.1' }: ProxyOptions = {},
): Promise<RecordingProxy> {
  const requests: RecordedRequest[] = [];
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    handOn(local.endpoint, request, response, requests).catch(() => response.destroy());
  };
  const server = tls ? https.createServer(tls, handle) : http.createServer(handle);
  let connections = 0;
  server.on(tls ? 'secureConnection' : 'connection', () => connections++);
  server.listen(0, host);
  await once(server, 'listening');
  atEnd(t, () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    endpoint: `${tls ? 'https' : 'http'}://${name}:${port}`,
    requests,
    get connections() {
      return connections;
    },
  };
}

async function handOn(
  endpoint: string,
  request: IncomingMessage,
  response: ServerResponse,
  requests: RecordedRequest[],
): Promise<void> {
  const { headers, method } = request;
  const body = await buffer(request);
  const operation = String(headers['x-amz-target']).replace(/^.*\./, '');
  requests.push({ operation, headers, body });
  const onward = http.request(endpoint, { method, headers }).end(body);
  const [answer]: IncomingMessage[] = await once(onward, 'response');
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.pipe(response);
}
