import type http from 'node:http';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Warning } from '../../src/accounts/events.ts';
import type { PublisherOptions } from '../../src/options/options.ts';
import { Publisher } from '../../src/publisher.ts';
import { listen } from './listening.ts';

/** A request as it came. */
export interface Came {
  readonly operation: string;
  readonly headers: http.IncomingHttpHeaders;
  /** Inflated. */
  readonly body: string;
}
export type Answer = (response: http.ServerResponse, came: Came) => void;

export const json =
  (status: number, body: object | string, headers: http.OutgoingHttpHeaders = {}) =>
  (response: http.ServerResponse, ..._: unknown[]): void => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
export const stored = json(200, { nextSequenceToken: '1' });

/** An endpoint that answers as a test says, over a real socket, and publishers that use it. */
export async function oddEndpoint(t: TestContext) {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  const came: Came[] = [];
  const waiting: (() => void)[] = [];
  const host = { answer: stored as Answer };
  const { endpoint, close } = await listen((response, { headers, body }) => {
    const isGzip = headers['content-encoding'] === 'gzip';
    const operation = String(headers['x-amz-target']).split('.')[1];
    const one = { operation, headers, body: (isGzip ? gunzipSync(body) : body).toString() };
    came.push(one);
    host.answer(response, one);
    for (const check of waiting.splice(0)) check();
  });
  const credentials = { accessKeyId: 'AKIA', secretAccessKey: 'secret', sessionToken: SESSION_TOKEN };
  const publishers: Publisher[] = [];
  t.after(async () => {
    await Promise.all(publishers.map((publisher) => publisher.close({ timeoutMs: 0 })));
    close();
  });

  return {
    endpoint,
    came,
    host,
    publisher(options: Partial<PublisherOptions> = {}) {
      const aws = { region: 'eu-west-1', endpoint, credentials };
      const publisher = new Publisher(
        { logGroupName: 'group', logStreamName: 'stream', flushIntervalMs: 1, aws, ...options },
        { guardExit: false, silent: true },
      );
      publishers.push(publisher);
      const warnings: Warning[] = [];
      publisher.on('warn', (warning) => {
        warnings.push(warning);
        for (const check of waiting.splice(0)) check();
      });
      const publish = (message: string) => publisher.publish({ timestamp: Date.now(), message });
      return { publisher, publish, warnings };
    },
    /** Resolves when something is so after a request or a warning. */
    async until(isSo: () => boolean): Promise<void> {
      while (!isSo()) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}

export const SESSION_TOKEN = 'FwoGZXIvYXdzEBYaDHSESSIONTOKENOFATESTTHATMUSTNOTBEHEARD==';
