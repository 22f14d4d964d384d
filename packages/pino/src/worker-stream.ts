import type { Transform } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { FlushResult, Publisher } from 'cloudwatch-logs-publisher';
import { MOST_CLOSE_MS, WorkerBridge } from 'cloudwatch-logs-publisher/worker';
import build from 'pino-abstract-transport';
import type { CloudWatchStream } from './cloudwatch-stream.js';
import { HOLD_EVENT, tellOfLines } from './held-streams.js';
import { LineSplitter } from './line-splitter.js';
import { type LineFormat, publishLine } from './publish-line.js';

/** While the counters change. */
const STATS_EVERY_MS = 5000;

// What pino-abstract-transport takes for a parsed line: with it no line is parsed.
const PARSED = {};

/**
 * The stream that pino's worker thread writes to. It takes what it is given at once: pino's main thread would
 * block on one that does not.
 */
export function workerStream(
  publisher: Publisher,
  format: LineFormat,
  closeTimeoutMs: number | undefined,
): CloudWatchStream {
  const bridge = WorkerBridge.get();
  const closeOptions =
    closeTimeoutMs === undefined ? {} : { timeoutMs: Math.min(closeTimeoutMs, MOST_CLOSE_MS) };
  const onLines = tellOfLines(
    (hasLines) => bridge.tell(HOLD_EVENT, hasLines),
    () => bridge.pending,
  );
  const lines = new LineSplitter((line) => publishLine(publisher, format, line));
  const stream = build(
    (source) => {
      source.on('data', (line: string) => lines.write(`${line}\n`)); // of a chunk that is given to end()
      source.on('end', () => lines.end());
    },
    {
      parse: 'lines',
      parseLine: () => PARSED,
      metadata: false,
      // Resolves to nothing: a value would be taken for an error.
      async close() {
        await publisher.close(closeOptions);
        bridge.report();
      },
    },
  );
  // Lines that pass through the stream make it turn each chunk into bytes and back, and queue every line: a fifth of
  // all time that a line costs the process.
  stream.write = (chunk: string | Uint8Array, encoding?: unknown, callback?: unknown): boolean => {
    lines.write(chunk);
    onLines();
    const done = typeof encoding === 'function' ? encoding : callback;
    if (typeof done === 'function') process.nextTick(done);
    return true;
  };
  // Behind other streams in a `pipeline` nobody waits for more than 'finish' before the worker ends.
  const final = stream._final;
  stream._final = (callback) => {
    final.call(stream, (error) => {
      const finish = () => void publisher.close(closeOptions).finally(() => callback(error));
      if (stream.readableEnded || stream.destroyed) finish();
      else stream.once('end', finish);
    });
  };
  const linesTaken = () => allRead(stream);
  bridge.add({ publisher, linesTaken });
  bridge.reportEvery(STATS_EVERY_MS);
  return Object.assign(stream, {
    async flush(callback?: () => void): Promise<FlushResult> {
      await linesTaken();
      const result = await publisher.flush();
      bridge.report();
      if (callback) process.nextTick(callback);
      return result;
    },
    stats: () => publisher.stats(),
  });
}

/** Lines pass through the stream within a few turns of the loop, for the publisher takes them at once. */
async function allRead(stream: Transform): Promise<void> {
  do await turn();
  while (!stream.destroyed && stream.writableLength + stream.readableLength > 0);
}
