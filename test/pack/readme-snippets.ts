import { existsSync, readFileSync } from 'node:fs';

/** A program that a README shows. */
export interface Snippet {
  readonly code: string;
  readonly extension: 'mjs' | 'cjs';
}

/** The JavaScript blocks of a file of this repository that directly follow a `<!-- run -->` comment. */
export function markedSnippets(file: string): Snippet[] {
  const url = new URL(`../../${file}`, import.meta.url);
  if (!existsSync(url)) return [];
  const blocks = readFileSync(url, 'utf8').matchAll(/^<!-- run -->\s+```js\n(.*?)^```$/gms);
  return Array.from(blocks, ([, code = '']) => ({
    code,
    extension: /\brequire\(/.test(code) ? 'cjs' : 'mjs',
  }));
}
