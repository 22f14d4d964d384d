import { invalidOption } from './errors.js';
import { checkRows, isRecord, type OptionRows, onOff } from './option-rows.js';
import { OPTIONS, type PublisherOptions } from './options.js';

/** Every option of a publisher, for transports that add their own. */
export const PUBLISHER_OPTION_NAMES: readonly string[] = Object.keys(OPTIONS);

/**
 * Checks the value of every option that is given, and that what is required is.
 *
 * @param own rows of the options that a transport adds
 * @throws PublisherError `CLOUDWATCH_LOGS_INVALID_OPTION`, saying what was expected, what came and what to do
 */
export function checkOptions(options: PublisherOptions, own: OptionRows = {}): void {
  checkRows(options, { ...OPTIONS, ...own });
  if (options.client && (options.clientModule || options.aws)) {
    const other = options.clientModule ? 'clientModule' : 'aws';
    throw invalidOption('client', `given without "${other}"`, undefined, {
      got: 'both',
      remedy: 'A ready client brings its own settings: leave one of them out.',
    });
  }
}

const FLUSH_ROWS: OptionRows = {
  timeoutMs: {
    expected: 'a number of milliseconds from 0 on',
    accepts: (value) => typeof value === 'number' && value >= 0,
    flag: 'none',
  },
  beforeExit: onOff,
};

/**
 * Checks what is given to a flush or a shutdown. A time that is no number, such as that of a variable which is not set,
 * would end it at once.
 *
 * @throws PublisherError `CLOUDWATCH_LOGS_INVALID_OPTION`, saying what was expected, what came and what to do
 */
export function checkFlushOptions(options: unknown = {}): void {
  checkRows(options, FLUSH_ROWS);
}

const PLAIN_DATA = 'plain data, because it is sent to a worker thread';

/**
 * Refuses options that cannot be sent to a worker thread.
 *
 * @param remedy one sentence: what to use in place of a client or a function
 * @throws PublisherError `CLOUDWATCH_LOGS_INVALID_OPTION`, naming the option and its remedy
 */
export function checkOptionsAreData(options: object, remedy: string): void {
  checkIsData(options, '', remedy, new Set());
  try {
    structuredClone(options);
  } catch {
    throw invalidOption('', PLAIN_DATA, undefined, { got: 'a value that cannot be copied', remedy });
  }
}

function checkIsData(options: object, path: string, remedy: string, seen: Set<object>): void {
  if (seen.has(options)) return;
  seen.add(options);
  for (const [name, value] of Object.entries(options)) {
    const option = path + name;
    if (option === 'client') throw invalidOption(option, 'left out with a worker thread', value, { remedy });
    if (typeof value === 'function' || typeof value === 'symbol') {
      throw invalidOption(option, PLAIN_DATA, value, { remedy });
    }
    if (isRecord(value)) checkIsData(value, `${option}.`, remedy, seen);
  }
}
