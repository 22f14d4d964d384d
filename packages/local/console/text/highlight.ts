/** Words to mark in what is shown. */
export type Marks = RegExp | undefined;

/**
 * Marks for a text that was typed to highlight, and for the terms and phrases of a filter pattern. Patterns of other
 * forms mark nothing: which part of a message makes them match is not to be seen in it.
 */
export function marksOf(highlight: string, pattern: string): Marks {
  const words = [highlight.trim(), ...termsOf(pattern)].filter((word) => word !== '');
  if (words.length === 0) return undefined;
  // The longest first, since the first that fits is taken.
  const sources = words
    .sort((a, b) => b.length - a.length)
    .map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(sources.join('|'), 'gi');
}

function termsOf(pattern: string): readonly string[] {
  if (/^\s*[{[]/.test(pattern)) return [];
  const terms = pattern.matchAll(/(?:^|\s)\??(?:"((?:[^"\\]|\\.)*)"|([^\s"?%-][^\s"]*))/g);
  return [...terms].map(([, phrase, word]) => phrase?.replace(/\\(.)/g, '$1') ?? word ?? '');
}

/** The text in pieces, those with odd index marked. */
export function splitMarks(text: string, marks: Marks): readonly string[] {
  if (marks === undefined) return [text];
  const pieces: string[] = [];
  let from = 0;
  for (const match of text.matchAll(marks)) {
    pieces.push(text.slice(from, match.index), match[0]);
    from = match.index + match[0].length;
  }
  pieces.push(text.slice(from));
  return pieces;
}
