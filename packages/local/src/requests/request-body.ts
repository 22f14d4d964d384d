import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ServiceError, serialization } from '../errors/service-error.js';

/**
 * Bounds a body as sent and as inflated. The largest legal batch, 1 MiB of control characters that JSON escapes as six
 * characters each in 10,000 events, stays below 8 MiB.
 */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** A client that sends more than this is cut off without an answer. */
const MAX_DISCARDED_BYTES = 4 * MAX_BODY_BYTES;

const inflate = promisify(gunzip);

const tooLarge = (): ServiceError =>
  new ServiceError(
    'RequestEntityTooLargeException',
    `The request body exceeds ${MAX_BODY_BYTES} bytes, as sent or inflated.`,
    { status: 413 },
  );

/**
 * The whole body as sent. A body beyond the bound is read to its end and discarded, since a client that is still sending
 * would otherwise meet a reset instead of the 413. With a `pace` the body is read at that rate; what is not read
 * waits in the buffers of the two sockets and then in the client.
 */
export async function readBody(
  request: IncomingMessage,
  pace?: { readonly bytesPerSecond: number; readonly signal: AbortSignal },
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    else chunks.length = 0;
    if (bytes > MAX_DISCARDED_BYTES) request.destroy();
    if (pace !== undefined) {
      await delay((chunk.length * 1000) / pace.bytesPerSecond, undefined, { signal: pace.signal });
    }
  }
  if (bytes > MAX_BODY_BYTES) throw tooLarge();
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, bytes);
}

/** The text of a body, inflated once if it is gzip. */
export async function decodeBody(body: Buffer, encoding: string | undefined): Promise<string> {
  if (encoding === undefined || encoding === 'identity') return body.toString();
  if (encoding !== 'gzip') {
    throw new ServiceError(
      'UnsupportedMediaTypeException',
      `Content-Encoding must be gzip, got '${encoding}'.`,
      {
        status: 415,
      },
    );
  }
  try {
    return (await inflate(body, { maxOutputLength: MAX_BODY_BYTES })).toString();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw serialization('The request body is not valid gzip.');
  }
}
