// docs/events.md has a table of these, made from the comments: "To do:" begins what to do.

/** The codes of errors, each with what is done with it. */
export interface PublisherErrorCodes {
  /** An option does not exist or has a wrong value; the message says what was expected. To do: correct the option. */
  CLOUDWATCH_LOGS_INVALID_OPTION: 'thrown';
  /** The module of the option `clientModule` could not be loaded, or gave no client; events are kept. To do: see the reason in the message. */
  CLOUDWATCH_LOGS_CLIENT_MODULE: 'warned about';
}

/** Codes of the errors of this package. Everything else is reported, never thrown. */
export type PublisherErrorCode = keyof PublisherErrorCodes;

/**
 * Thrown when something is wrong that only the developer can put right, before any event was taken.
 * `code` says which kind; `message` says what was expected, what came, and what to do.
 */
export class PublisherError extends Error {
  /** Which kind of mistake; fit for a comparison, as `message` is not. */
  readonly code: PublisherErrorCode;

  /** @internal */
  constructor(code: PublisherErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PublisherError';
    this.code = code;
  }
}

/** How a wrong option is told, where its value and the usual advice are not all. */
export interface Telling {
  /** One sentence: what to do. @default to correct the option or to leave it out */
  readonly remedy?: string | undefined;
  /** Whether the value may be or hold a secret: only its shape is told. @default false */
  readonly isSecret?: boolean | undefined;
  /** The value that came, in words. @default a description of the value */
  readonly got?: string | undefined;
}

/**
 * The one voice for a wrong option in all packages: what was expected, what came, and what to do.
 *
 * @param option its name with the path to it; empty for the options as a whole
 */
export function invalidOption(
  option: string,
  expected: string,
  value: unknown,
  { remedy = 'Correct it, or leave it out.', isSecret, got = describe(value, { isSecret }) }: Telling = {},
): PublisherError {
  const subject = option === '' ? 'The options' : `Option "${option}"`;
  return new PublisherError(
    'CLOUDWATCH_LOGS_INVALID_OPTION',
    `${subject} must be ${expected}; got ${got}. ${remedy}`,
  );
}

/** Short, safe description of a value for a message: its type, and the value itself only where it cannot be long. */
export function describe(value: unknown, { isSecret = false }: Pick<Telling, 'isSecret'> = {}): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') {
    return isSecret || value.length > 60 ? `a string of ${value.length} characters` : JSON.stringify(value);
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  return `a value of type ${value.constructor?.name ?? typeof value}`;
}
