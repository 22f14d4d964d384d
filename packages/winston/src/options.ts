import type { PublisherOptions } from 'cloudwatch-logs-publisher';
import { checkOptions, type OptionRows, oneOf, onOff, text } from 'cloudwatch-logs-publisher/worker';
import type TransportStream from 'winston-transport';
import type { LogLine } from './log-info.js';

/** Options of `CloudWatchTransport`: those of the publisher, winston's own, and `line`. */
export interface CloudWatchTransportOptions extends PublisherOptions {
  /** Least severe level that is stored. @default the logger's level */
  readonly level?: string | undefined;
  /** Store nothing; can be switched at run time with `transport.silent`. @default false */
  readonly silent?: boolean | undefined;
  /** A format for this transport alone, applied after the logger's. */
  readonly format?: TransportStream.TransportStreamOptions['format'] | undefined;
  /** Store uncaught exceptions before the process ends. @default false */
  readonly handleExceptions?: boolean | undefined;
  /** Store unhandled rejections before the process ends. @default false */
  readonly handleRejections?: boolean | undefined;
  /**
   * Which text is stored. `'auto'`: the line that the format made, unless it is plain JSON of a record with
   * something that plain JSON loses (an `Error`, a `Map`, ...), or there is none; then the transport writes the
   * JSON. `'format'`: the format's line wherever there is one. `'json'`: always the transport's JSON of the
   * record. @default 'auto'
   */
  readonly line?: LogLine | undefined;
  /**
   * Publish from a worker thread: the thread that logs only writes the line and hands it over. The publisher's
   * options are then data: no `client`, no functions. `closeTimeoutMs` is 9 s at the most. @default false
   */
  readonly worker?: boolean | undefined;
}

/** The options of `CloudWatchTransport`, by who they are for. */
export interface SortedOptions {
  readonly publisher: PublisherOptions;
  readonly stream: TransportStream.TransportStreamOptions;
  readonly line: LogLine;
  readonly worker: boolean;
}

const LINES = ['auto', 'format', 'json'] satisfies LogLine[];

/** The options that are not the publisher's. */
const OWN = {
  level: { ...text('the name of a level such as "info"'), remedy: "Leave it out for the logger's level." },
  silent: { ...onOff, initial: false },
  format: {
    expected: 'a winston format such as winston.format.json()',
    accepts: (value) => typeof (value as { transform?: unknown } | null)?.transform === 'function',
    flag: 'none',
  },
  handleExceptions: { ...onOff, initial: false },
  handleRejections: { ...onOff, initial: false },
  line: { ...oneOf(...LINES), initial: 'auto' },
  worker: { ...onOff, initial: false },
} as const satisfies OptionRows;

/**
 * Checks all options, and sorts them.
 *
 * @throws PublisherError `CLOUDWATCH_LOGS_INVALID_OPTION`, saying what was expected, what came and what to do
 */
export function sortOptions(options: CloudWatchTransportOptions): SortedOptions {
  checkOptions(options, OWN);
  const { level, silent, format, handleExceptions, handleRejections, line, worker, ...publisher } = options;
  return {
    publisher,
    stream: { level, silent, format, handleExceptions, handleRejections },
    line: line ?? OWN.line.initial,
    worker: worker ?? OWN.worker.initial,
  };
}
