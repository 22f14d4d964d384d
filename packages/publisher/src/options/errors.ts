/** Codes of the errors that this package throws. Everything else is reported, never thrown. */
export type PublisherErrorCode = 'CLOUDWATCH_LOGS_INVALID_OPTION' | 'CLOUDWATCH_LOGS_CLIENT_MODULE';

/**
 * Thrown when something is wrong that only the developer can put right, before any event was taken.
 * `code` says which kind; `message` says what was expected, what came, and what to do.
 */
export class PublisherError extends Error {
  readonly code: PublisherErrorCode;

  constructor(code: PublisherErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PublisherError';
    this.code = code;
  }
}

/** An option has a wrong value: names the option, what was expected and what came. */
export function invalidOption(option: string, expected: string, got: unknown): PublisherError {
  return new PublisherError(
    'CLOUDWATCH_LOGS_INVALID_OPTION',
    `Option "${option}" must be ${expected}; got ${describe(got)}.`,
  );
}

/** Short, safe description of a value for a message: its type, and the value itself only where it cannot be long. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') {
    return value.length > 60 ? `a string of ${value.length} characters` : JSON.stringify(value);
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  return `a value of type ${value.constructor?.name ?? typeof value}`;
}
