// Writes pieces of JSON as UTF-8. Bytes that lie beyond the end of `to` are left out, as typed arrays do, and counted
// all the same, so that whoever writes sees how much room there has to be.

const ZERO = 0x30;
const BACKSLASH = 0x5c;
const U = 0x75;
const HEX_DIGITS = Buffer.from('0123456789abcdef');
/** The character after the backslash where a byte must be escaped in a JSON string, else 0. */
const ESCAPES = Uint8Array.from({ length: 256 }, (_, byte) => {
  // Bytes of characters beyond ASCII stand for themselves.
  const json = byte < 0x80 ? JSON.stringify(String.fromCharCode(byte)) : '';
  return json.startsWith('"\\') ? json.charCodeAt(2) : 0;
});

/** @returns where the next byte goes */
export function writeBytes(bytes: Uint8Array, to: Uint8Array, at: number): number {
  // A loop, because a few bytes are copied sooner than a native function is called.
  for (let i = 0; i < bytes.length; i++) to[at + i] = bytes[i];
  return at + bytes.length;
}

/**
 * @param value a safe integer that is not negative
 * @returns where the next byte goes
 */
export function writeInteger(value: number, to: Uint8Array, at: number): number {
  let end = at + 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) end++;
  let left = value;
  for (let i = end - 1; i >= at; i--) {
    const rest = Math.floor(left / 10);
    to[i] = ZERO + (left - rest * 10);
    left = rest;
  }
  return end;
}

/**
 * Writes well-formed UTF-8 as what stands between the quotes of a JSON string, the same as `JSON.stringify` does.
 *
 * @returns where the next byte goes
 */
export function writeEscaped(
  text: Uint8Array,
  from: number,
  end: number,
  to: Uint8Array,
  at: number,
): number {
  let next = at;
  for (let i = from; i < end; i++) {
    const byte = text[i];
    const escaped = ESCAPES[byte];
    if (escaped === 0) {
      to[next++] = byte;
      continue;
    }
    to[next++] = BACKSLASH;
    to[next++] = escaped;
    if (escaped !== U) continue;
    to[next++] = ZERO;
    to[next++] = ZERO;
    to[next++] = HEX_DIGITS[byte >> 4];
    to[next++] = HEX_DIGITS[byte & 15];
  }
  return next;
}
