/** Cuts text between code points, where half a character would be stored otherwise. */

const TRUNCATION_ROOM = 32; // bytes for the marker below with any count

/**
 * The pieces of a message, each at most `maxBytes` of UTF-8, in order; together they are the message.
 *
 * @param maxBytes at least 4, the longest code point
 */
export function splitMessage(message: string, maxBytes: number): string[] {
  const bytes = Buffer.from(message, 'utf8');
  const pieces: string[] = [];
  for (let from = 0; from < bytes.length; ) {
    const to = boundaryAtOrBefore(bytes, from + maxBytes);
    pieces.push(bytes.toString('utf8', from, to));
    from = to;
  }
  return pieces;
}

/** The start of a message, at most `maxBytes` of UTF-8, with a marker that says how many bytes are missing. */
export function truncateMessage(message: string, maxBytes: number): string {
  const bytes = Buffer.from(message, 'utf8');
  const kept = boundaryAtOrBefore(bytes, Math.max(0, maxBytes - TRUNCATION_ROOM));
  return `${bytes.toString('utf8', 0, kept)}[truncated ${bytes.length - kept} bytes]`;
}

function boundaryAtOrBefore(bytes: Buffer, position: number): number {
  if (position >= bytes.length) return bytes.length;
  let at = position;
  // 10xxxxxx continues a code point; at most three such bytes follow its first.
  while (at > 0 && (bytes[at] & 0b1100_0000) === 0b1000_0000) at--;
  return at;
}
