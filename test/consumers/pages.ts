import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const BLOCK = /^<!-- file: (\S+) -->\s+```\w+\n(.*?)^```$/gms;

/** Writes the files that a page of the documentation shows, each after a `<!-- file: NAME -->`, into a folder. */
export function writeFilesOf(page: string, folder: string): string[] {
  const text = readFileSync(new URL(`../../docs/frameworks/${page}`, import.meta.url), 'utf8');
  const names: string[] = [];
  for (const [, name = '', code = ''] of text.matchAll(BLOCK)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, code);
    names.push(name);
  }
  return names;
}
