import { randomBytes } from 'node:crypto';
import os from 'node:os';
import type { Diagnostics } from '../accounts/diagnostics.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { compileStreamName, type StreamNamer, streamNamerOf } from '../options/stream-name.js';

/** Names the streams of one publisher in this process. */
export function streamNamerFor(
  { logStreamName, logGroupName }: ResolvedOptions,
  diagnostics: Diagnostics,
): StreamNamer {
  if (typeof logStreamName === 'function') {
    return streamNamerOf(logStreamName, (problem) => {
      const message = `logStreamName ${problem}; the stream "unknown" is used.`;
      diagnostics.warn({ code: 'stream-name', message, logGroupName });
    });
  }
  return compileStreamName(logStreamName, {
    hostname: os.hostname(),
    pid: process.pid,
    instance: randomBytes(4).toString('hex'),
    env: process.env,
  });
}
