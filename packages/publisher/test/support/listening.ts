import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A request as it came. */
export interface Received {
  readonly url: string | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly rawHeaders: string[];
  /** Not inflated. */
  readonly body: Buffer;
}
export type Answer = (response: http.ServerResponse, received: Received) => void;

/** Listens on a real socket, and has each request answered once its body is there. */
export async function listen(
  answer: Answer,
): Promise<{ readonly port: number; readonly endpoint: string; readonly close: () => void }> {
  const sockets = new Set<Socket>();
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('error', () => {});
    response.on('error', () => {});
    request.on('end', () => {
      const { url, headers, rawHeaders } = request;
      answer(response, { url, headers, rawHeaders, body: Buffer.concat(chunks) });
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port, endpoint: `http://127.0.0.1:${port}`, close };
}
