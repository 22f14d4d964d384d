import {
  checkOptionNames,
  PUBLISHER_OPTION_NAMES,
  PublisherError,
  type PublisherOptions,
} from 'cloudwatch-logs-publisher';
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

const LINES: readonly unknown[] = ['auto', 'format', 'json'] satisfies LogLine[];

const CHECKS: Readonly<Record<string, { expected: string; accepts: (value: unknown) => boolean }>> = {
  level: {
    expected: 'the name of a level such as "info"',
    accepts: (value) => typeof value === 'string' && value !== '',
  },
  silent: flag(),
  format: {
    expected: 'a winston format such as winston.format.json()',
    accepts: (value) => typeof (value as { transform?: unknown } | null)?.transform === 'function',
  },
  handleExceptions: flag(),
  handleRejections: flag(),
  line: { expected: '"auto", "format" or "json"', accepts: (value) => LINES.includes(value) },
  worker: flag(),
};

const NAMES = [...PUBLISHER_OPTION_NAMES, ...Object.keys(CHECKS)];

/**
 * Checks the options that are not the publisher's, and the names of all.
 *
 * @throws PublisherError `CLOUDWATCH_LOGS_INVALID_OPTION`, naming the option, what was expected and what came
 */
export function sortOptions(options: CloudWatchTransportOptions): SortedOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalid('options', 'an object with at least logGroupName', options);
  }
  checkOptionNames(options, NAMES);
  for (const [name, { expected, accepts }] of Object.entries(CHECKS)) {
    const value = options[name as keyof CloudWatchTransportOptions];
    if (value !== undefined && !accepts(value)) throw invalid(`Option "${name}"`, expected, value);
  }
  const { level, silent, format, handleExceptions, handleRejections, line, worker, ...publisher } = options;
  return {
    publisher,
    stream: { level, silent, format, handleExceptions, handleRejections },
    line: line ?? 'auto',
    worker: worker ?? false,
  };
}

function flag() {
  return { expected: 'true or false', accepts: (value: unknown) => typeof value === 'boolean' };
}

function invalid(what: string, expected: string, value: unknown): PublisherError {
  const got = typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : nameOf(value);
  return new PublisherError('CLOUDWATCH_LOGS_INVALID_OPTION', `${what} must be ${expected}; got ${got}.`);
}

function nameOf(value: unknown): string {
  if (value === null || typeof value !== 'object') {
    return typeof value === 'function' ? 'a function' : String(value);
  }
  return Array.isArray(value) ? 'an array' : 'an object';
}
