import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import tls from 'node:tls';
import { atEnd } from '../fixtures/at-end.js';

/** A proxy that tunnels with CONNECT, and the hosts that it was asked for. */
export interface ForwardProxy {
  readonly url: URL;
  readonly asked: readonly string[];
}

/** @param refuses answers 407 to every CONNECT */
export async function startForwardProxy(t: TestContext, { refuses = false } = {}): Promise<ForwardProxy> {
  const asked: string[] = [];
  const sockets = new Set<net.Socket>();
  const server = http.createServer();
  server.on('connect', (request, client: net.Socket) => {
    asked.push(String(request.url));
    sockets.add(client);
    client.on('error', () => {});
    if (refuses) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const { hostname, port } = new URL(`http://${request.url}`);
    const onward = net.connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.pipe(client).pipe(onward);
    });
    onward.on('error', () => client.destroy());
    sockets.add(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), asked };
}

/** The way of the usual proxy packages: an agent of its own class, with the proxy in `proxy`. */
export class TunnelAgent extends https.Agent {
  readonly proxy: URL;

  constructor(proxy: URL, options: https.AgentOptions) {
    super(options);
    this.proxy = proxy;
  }

  // biome-ignore lint/suspicious/noExplicitAny: Node's types leave this method of agents out
  override createConnection(options: any, done: any): undefined {
    const to = `${options.host}:${options.port}`;
    const request = http.request({
      host: this.proxy.hostname,
      port: this.proxy.port,
      method: 'CONNECT',
      path: to,
      agent: false,
    });
    request.once('connect', (answer, socket) => {
      if (answer.statusCode !== 200) done(new Error(`HTTP ${answer.statusCode}`));
      else done(null, tls.connect({ ...this.options, socket }));
    });
    request.once('error', done);
    request.end();
    return undefined;
  }
}
