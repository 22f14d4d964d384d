/** Controls (ESC and BEL among them), what changes the direction of text, and characters that nobody sees. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const MOST_LOOKED_AT = 4096;
const LONGEST_ANSWER = 1_048_576;
const LONGEST = 300;
const LONGEST_LINE = 2000;

/**
 * The words of a service, a file or a system, safe and short for people: one line without controls, without the values of
 * log events that CloudWatch Logs quotes and without signatures and tokens, cut to {@link LONGEST} characters.
 */
export function forPeople(message: string, longest = LONGEST): string {
  const text = withoutQuotedValues(message).slice(0, MOST_LOOKED_AT);
  const signed = text.toLowerCase().indexOf('the canonical string for this request');
  // A service speaks in sentences: JSON in them is what somebody sent.
  const ends = [signed, text.search(/[{[]\\?["{]/)].filter((end) => end >= 0);
  const said = ends.length > 0 ? `${text.slice(0, Math.min(...ends))}...` : text;
  return cut(oneLine(withoutSecrets(said)), longest);
}

const WORDS = /[\w.:-]{4,}/g;

/** The words of a service without ids, times and tokens, which change from one answer to the next: to tell causes apart. */
export function withoutIds(said: string): string {
  return said.slice(0, MOST_LOOKED_AT).replace(WORDS, (word) => (/\d/.test(word) ? '#' : word));
}

/** A line that was written here, around text from outside: made safe as a whole. */
export function lineForPeople(line: string): string {
  return cut(oneLine(line.slice(0, LONGEST_LINE + 1)), LONGEST_LINE);
}

/**
 * The words of a service without the values that it quotes. A value may hold quotes itself, so everything goes from the
 * first one to the last end of one.
 */
export function withoutQuotedValues(said: string): string {
  const text = said.slice(0, LONGEST_ANSWER);
  const from = text.indexOf("Value '");
  if (from < 0) return text;
  const to = text.lastIndexOf("' at '");
  // Without an end it was cut, within the value.
  return to > from
    ? `${text.slice(0, from)}Value at '${text.slice(to + 6)}`
    : `${text.slice(0, from)}Value ...`;
}

/** Names of what carries a secret; what follows goes up to the next space, comma or quote. */
const SECRETS =
  /(x-amz-security-token|credential|signature|secretaccesskey|sessiontoken|password)("?\s{0,3}[:=]\s{0,3}"?)[^\s,'"&]+/gi;

function withoutSecrets(text: string): string {
  return text.replace(SECRETS, '$1$2...');
}

function oneLine(text: string): string {
  return text
    .replace(UNSAFE, ' ')
    .replace(/ {2,}|\s/g, ' ')
    .trim();
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest).toWellFormed()}...` : text.toWellFormed();
}

/** Text from outside on one line of a terminal, which obeys nothing in it: what it might obey is shown as an escape. */
export function printable(text: string): string {
  return text.replace(UNSAFE, escaped);
}

/** The same for JSON, which goes on meaning the same. */
export function printableJson(json: string): string {
  return json.replace(UNSAFE, (character) =>
    [...character]
      .flatMap((one) => one.split(''))
      .map(escaped)
      .join(''),
  );
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A log stream, in a sentence. */
export function nameOfStream({
  logGroupName,
  logStreamName,
}: {
  readonly logGroupName: string;
  readonly logStreamName: string;
}): string {
  return `log stream "${logStreamName}" of log group "${logGroupName}"`;
}
