import {
  checkOptionsAreData,
  checkRows,
  findPackage,
  invalidOption,
  nearestName,
  type OptionRows,
  text,
} from 'cloudwatch-logs-publisher/worker';
import { PINO_LEVELS } from './line-reader.js';
import { type CloudWatchTransportOptions, separateOptions } from './transport-options.js';

/** A target for `pino({ transport })`, `pino.transport()` and an entry of `targets`. */
export interface CloudWatchTarget {
  /** Absolute path of this package's entry, so that pino need not find it from the place of the caller. */
  readonly target: string;
  /** The options as they were given. Widely typed, so that pino infers a type for targets of different kinds. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Lowest level for this target. Only set when it was given. */
  readonly level?: string | undefined;
}

const PACKAGE = 'pino-cloudwatch-logs';
const BESIDE: OptionRows = { level: text('the name of a level') };
const WITHOUT_FUNCTIONS =
  'In a worker use "clientModule" (a module that makes the client), "aws.profile" (for a role) or a template ' +
  'for logGroupName and logStreamName; or log in-process, where functions and a client are taken: ' +
  'pino(options, cloudWatchTransport({ ... })).';

/**
 * Describes the worker-thread transport to pino, and checks its options at once, where the stack still tells
 * who gave them.
 *
 * ```ts
 * const logger = pino({ transport: cloudWatchTarget({ logGroupName: 'my-app' }) });
 * const both = pino({ transport: { targets: [cloudWatchTarget({ logGroupName: 'my-app' }, { level: 'warn' }), ...] } });
 * ```
 *
 * @throws PublisherError when an option is wrong or cannot be sent to a worker thread, or the level is not one of pino's,
 * nor of the option `levels`
 * @throws Error when the package was bundled in a way that leaves no file for the worker to load
 */
export function cloudWatchTarget(
  options: CloudWatchTransportOptions,
  beside: Pick<CloudWatchTarget, 'level'> = {},
): CloudWatchTarget {
  checkOptionsAreData(separateOptions(options).publisher, WITHOUT_FUNCTIONS);
  checkRows(beside, BESIDE);
  const { level } = beside;
  if (level !== undefined) checkLevel(level, options.levels);
  const found = { target: findTarget(), options: { ...options } };
  return level === undefined ? found : { ...found, level };
}

/** With a name that pino does not know the target would get no line, without a word. */
function checkLevel(level: string, custom: CloudWatchTransportOptions['levels'] = {}): void {
  const names = [...Object.keys(PINO_LEVELS), 'silent', ...Object.keys(custom)];
  if (names.includes(level)) return;
  const nearest = nearestName(String(level), names);
  const expected = `one of ${names.join(', ')}, or a name of the option "levels"`;
  const remedy = nearest === undefined ? 'Correct it, or leave it out.' : `Did you mean "${nearest}"?`;
  throw invalidOption('level', expected, level, { remedy });
}

/** The file that a worker can load, also when this code was bundled into another one. */
function findTarget(): string {
  const overrides = (globalThis as { __bundlerPathsOverrides?: Record<string, string> })
    .__bundlerPathsOverrides;
  const override = overrides?.[PACKAGE]; // bundler plugins for pino put the files that they emit there
  if (override) return override;
  const entry = findPackage(PACKAGE, import.meta.url);
  if (entry) return entry;
  throw new Error(
    `"${PACKAGE}" was bundled and no file of it was found for the worker thread. Keep it out of the bundle ` +
      '(external, serverExternalPackages), use the plugin of your bundler for pino, or log in-process: ' +
      'pino(options, cloudWatchTransport({ ... })).',
  );
}
