import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Batch } from '../batch/batch.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { encodePut } from './put-body.js';
import type { Target } from './sink.js';

/** The body of a put, and the headers that belong to it. */
export interface PutRequest {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const GZIP_FROM_BYTES = 1024;
const compress = promisify(gzip);

/** Compressed before it is signed, and only where that makes it smaller. */
export async function putRequest(
  target: Target,
  batch: Batch,
  sequenceToken: string | undefined,
  options: Pick<ResolvedOptions, 'entity' | 'gzip' | 'emf'>,
): Promise<PutRequest> {
  const headers: Record<string, string> = {};
  if (options.emf) headers['x-amzn-logs-format'] = 'json/emf';
  const body = encodePut(target, batch, sequenceToken, options.entity);
  if (options.gzip && body.length > GZIP_FROM_BYTES) {
    const compressed = await compress(body);
    if (compressed.length < body.length) {
      return { body: compressed, headers: { ...headers, 'content-encoding': 'gzip' } };
    }
  }
  return { body, headers };
}
