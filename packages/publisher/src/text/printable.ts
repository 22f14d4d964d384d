/** Controls (ESC and BEL among them), what changes the direction of text, and characters that nobody sees. */
export const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

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
