import { Readable } from 'node:stream';
import { nodeZlib } from '../modules/builtins.js';

/** CloudWatch Logs answers a put with some hundred bytes. */
const MOST_BYTES = 1_048_576;

/** An answer whose body may be a stream. */
export interface Answer {
  statusCode?: number | undefined;
  headers?: Readonly<Record<string, string | undefined>> | undefined;
  body?: unknown;
}

/** Reads an answer before the SDK does, which reads all that comes, to the end of the application's memory. */
export async function boundAnswer(answer: Answer): Promise<void> {
  const { body } = answer;
  const isStream = typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
  if (isStream) answer.body = await readAnswer(answer);
}

/** @throws when the body is longer than an answer of CloudWatch Logs can be */
export async function readAnswer({ body, statusCode, headers }: Answer): Promise<Buffer> {
  if (!body) return Buffer.alloc(0);
  if (body instanceof Uint8Array) return Buffer.from(body);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const add = (chunk: Uint8Array | string): void => {
    const read = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    bytes += read.byteLength;
    if (bytes > MOST_BYTES) {
      throw Object.assign(new Error(`the answer is longer than ${MOST_BYTES} bytes`), {
        name: 'AnswerTooLong',
        $metadata: { httpStatusCode: statusCode },
      });
    }
    chunks.push(read);
  };
  if (body instanceof Readable) await readEach(body, add);
  // Leaving the loop ends the stream.
  else for await (const chunk of body as AsyncIterable<Uint8Array | string>) add(chunk);
  const answer = Buffer.concat(chunks);
  return headers?.['content-encoding'] === 'gzip' ? inflated(answer) : answer;
}

/** Nobody is asked to compress answers, but some that stand in between do; a put would be made again and again for that. */
function inflated(answer: Buffer): Buffer {
  try {
    return nodeZlib().gunzipSync(answer, { maxOutputLength: MOST_BYTES });
  } catch {
    return answer;
  }
}

/** By its events, which cost less than iterating. What `add` throws destroys the stream and its connection. */
function readEach(stream: Readable, add: (chunk: Uint8Array | string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.on('data', (chunk) => {
      try {
        add(chunk);
      } catch (error) {
        stream.destroy(error as Error);
      }
    });
    stream.once('end', resolve);
    stream.once('error', reject);
    stream.once('close', () => {
      if (!stream.readableEnded) reject(new Error('the connection was closed within the answer'));
    });
  });
}
