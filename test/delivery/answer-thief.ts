import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import type { LocalCloudWatchLogs } from 'cloudwatch-logs-local';
import { atEnd } from '../fixtures/at-end.js';

export interface AnswerThief {
  readonly endpoint: string;
  /** Answers that were taken so far. */
  readonly taken: number;
}

export interface AnswerThiefOptions {
  /** HTTP status of the page that comes in the place of the answer. */
  readonly status: number;
  /** Puts whose answer is taken: every so many, ... */
  readonly every: number;
  /** ... and so many at most. */
  readonly times: number;
}

/** A proxy that hands puts on, and shows a page of its own instead of the answer after they were stored. */
export async function startAnswerThief(
  t: TestContext,
  local: LocalCloudWatchLogs,
  { status, every, times }: AnswerThiefOptions,
): Promise<AnswerThief> {
  let stored = 0;
  let taken = 0;
  const handOn = async (request: IncomingMessage, response: ServerResponse) => {
    const { headers, method } = request;
    const onward = http.request(local.endpoint, { method, headers }).end(await buffer(request));
    const [answer]: IncomingMessage[] = await once(onward, 'response');
    const body = await buffer(answer);
    const isStored = answer.statusCode === 200 && /PutLogEvents$/.test(String(headers['x-amz-target']));
    if (isStored && ++stored % every === 0 && taken < times) {
      taken++;
      response.writeHead(status, { 'content-type': 'text/html' });
      response.end('<html><body><h1>The gateway has something else to say</h1></body></html>');
      return;
    }
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.end(body);
  };
  const server = http.createServer((request, response) => {
    handOn(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, () => {
    server.closeAllConnections();
    server.close();
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get taken() {
      return taken;
    },
  };
}
