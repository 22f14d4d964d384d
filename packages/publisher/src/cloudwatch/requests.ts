import { promisify } from 'node:util';
import type { Batch } from '../batch/batch.js';
import { nodeZlib } from '../modules/builtins.js';
import type { GroupSettings } from '../options/group-settings.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { PutExtra } from './endpoint.js';
import type { Answer } from './json-answer.js';
import { encodePut } from './put-body.js';
import type { Target } from './sink.js';

/** The body of a put, and the headers that belong to it. */
export interface PutRequest {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  /** Extras of this put that not every endpoint takes. */
  readonly extras: readonly PutExtra[];
}

const GZIP_FROM_BYTES = 1024;
/** Measured for lines of pino: below it each millisecond of processor time saves half as much, or less. */
const GZIP_PAYS_FROM_BYTES = 64 * 1024;

/** Compressed before it is signed, and only where that makes it smaller. @param without is left out, whatever the options say */
export async function putRequest(
  target: Target,
  batch: Batch,
  sequenceToken: string | undefined,
  options: Pick<ResolvedOptions, 'entity' | 'gzip' | 'emf'>,
  without: readonly PutExtra[] = [],
): Promise<PutRequest> {
  const headers: Record<string, string> = {};
  const extras: PutExtra[] = [];
  if (options.emf && !without.includes('emf')) {
    headers['x-amzn-logs-format'] = 'json/emf';
    extras.push('emf');
  }
  const body = encodePut(target, batch, sequenceToken, options.entity);
  const fromBytes = options.gzip === 'auto' ? GZIP_PAYS_FROM_BYTES : GZIP_FROM_BYTES;
  if (!options.gzip || without.includes('gzip') || body.length <= fromBytes) return { body, headers, extras };
  const compressed = await promisify(nodeZlib().gzip)(body);
  if (compressed.length >= body.length) return { body, headers, extras };
  headers['content-encoding'] = 'gzip';
  extras.push('gzip');
  return { body: compressed, headers, extras };
}

/** The input of CreateLogGroup. */
export function newGroup(logGroupName: string, settings: GroupSettings = {}) {
  const { kmsKeyId, logGroupTags: tags, logGroupClass, deletionProtection } = settings;
  return { logGroupName, kmsKeyId, tags, logGroupClass, deletionProtectionEnabled: deletionProtection };
}

/** The input of DescribeLogStreams that finds one stream, whose name is the first with itself at the beginning. */
export function oneStream({ logGroupName, logStreamName }: Target) {
  return { logGroupName, logStreamNamePrefix: logStreamName, limit: 1 };
}

/** The sequence token of a stream in the answer to that; null when it has none, undefined when there is no such stream. */
export function tokenIn({ logStreams }: Answer, { logStreamName }: Target): string | null | undefined {
  const stream = logStreams?.find((one) => one.logStreamName === logStreamName);
  return stream && (stream.uploadSequenceToken ?? null);
}
