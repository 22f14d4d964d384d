const WINDOW_BYTES = 12;
const STEP_BYTES = 4;
const SHORTEST_BYTES = 4;

/**
 * The text of an answer, without anything that was sent: an endpoint or a proxy may echo the request, and with it the text
 * of events or a token. Finds every run of 15 bytes or more that both have.
 *
 * @param said short: each piece of it is looked for in all that was sent
 * @param sent the texts of events, as they are and as they stand in the request, and what signs it
 * @param whole texts that are shorter than that, looked for as they are
 */
export function withoutSent(
  said: string,
  sent: readonly Uint8Array[],
  whole: readonly string[] = [],
): string {
  const text = Buffer.from(said);
  const buffers = sent.map((one) => Buffer.from(one.buffer, one.byteOffset, one.byteLength));
  const hidden = new Uint8Array(text.length);
  for (let at = 0; at + WINDOW_BYTES <= text.length; at += STEP_BYTES) {
    const window = text.subarray(at, at + WINDOW_BYTES);
    if (!buffers.some((one) => one.includes(window))) continue;
    // What stands around it is of the same text, up to the next window.
    hidden.fill(1, Math.max(0, at - STEP_BYTES), at + WINDOW_BYTES + STEP_BYTES);
  }
  for (const one of whole) {
    const wanted = Buffer.from(one);
    if (wanted.length < SHORTEST_BYTES) continue;
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      if (isWholeWord(text, at, wanted.length)) hidden.fill(1, at, at + wanted.length);
    }
  }
  let clean = '';
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    if (at < text.length && hidden[at] === 0) continue;
    if (at > from) clean += text.toString('utf8', from, at);
    if (at === text.length) break;
    while (hidden[at] === 1) at++;
    clean += '[...]';
    from = at--;
  }
  return clean;
}

/** An event that is one usual word must not make the words around it unreadable. */
function isWholeWord(text: Buffer, at: number, length: number): boolean {
  return !isLetter(text[at - 1]) && !isLetter(text[at + length]);
}

function isLetter(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (
    (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte >= 128
  );
}
