/** The text of a pattern that CloudWatch Logs refuses without naming a character, for all operations but those on metric filters. */
const INVALID = 'Invalid filter pattern';
const INVALID_FOR_METRICS = 'Invalid metric filter pattern';

/**
 * A filter pattern that CloudWatch Logs does not understand. `message` is in the words of the service, which do not say
 * where or why; `position` and `hint` do, for whoever shows the pattern to a person.
 */
export class FilterPatternError extends Error {
  override readonly name = 'FilterPatternError';
  /** Offset in the pattern, in UTF-16 code units, at which it stops being understood. */
  readonly position: number;
  /** One sentence that says what was expected there. */
  readonly hint: string;

  constructor(position: number, hint: string, message = INVALID) {
    super(message);
    this.position = position;
    this.hint = hint;
  }

  /** The message as the operations on metric filters word it. */
  get messageForMetricFilters(): string {
    return this.message === INVALID ? INVALID_FOR_METRICS : this.message;
  }
}

/**
 * The refusal that names the characters from `from` to `to` of `pattern`, of which the one at `position` is wrong. The
 * service shows characters other than ASCII as `?`.
 */
export function invalidCharacters(
  pattern: string,
  { from, to, position = from }: { readonly from: number; readonly to: number; readonly position?: number },
  hint: string,
): FilterPatternError {
  const characters = Array.from(pattern.slice(from, to), (char) => (char > '\x7f' ? '?' : char)).join('');
  return new FilterPatternError(position, hint, `Invalid character(s) in term '${characters}'`);
}
