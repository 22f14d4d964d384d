/** What a service said, without the values of a log event or the signed headers that it may quote, on one short line. */
export function safeMessage(message: string): string {
  const text = withoutQuotedValues(message)
    .replace(/The Canonical String for this request[\s\S]*/i, '')
    .replace(/(x-amz-security-token\s*[:=]\s*|Credential=|Signature=)[^\s,']+/gi, '$1...')
    .replace(/\s+/g, ' ')
    .trim();
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}

/** A value that is quoted may hold a quote itself, so everything up to the last end of a value goes. */
export function withoutQuotedValues(message: string): string {
  return message.replace(/Value '[\s\S]*' at '/g, "Value at '");
}
