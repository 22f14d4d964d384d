import type { Diagnostics } from '../accounts/diagnostics.js';
import type { NameEnvironment } from '../options/name-template.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { compileStreamName, type StreamNamer, streamNamerOf } from '../options/stream-name.js';

/** Names the streams of one publisher in this process. */
export function streamNamerFor(
  options: ResolvedOptions,
  environment: NameEnvironment,
  diagnostics: Diagnostics,
): StreamNamer {
  const { logStreamName } = options;
  if (typeof logStreamName === 'function') {
    return streamNamerOf(logStreamName, (problem) => {
      const message = `logStreamName ${problem}; the stream "unknown" is used.`;
      diagnostics.warn({ code: 'stream-name', message });
    });
  }
  return compileStreamName(logStreamName, environment);
}
