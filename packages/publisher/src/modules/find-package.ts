import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * The entry of an installed package, as `require` finds it: from the code that asks, or else, where a bundler has put that
 * code into a file of the application, from the application.
 *
 * @param here `import.meta.url` of the code that asks. Bundlers leave it empty, or make it the place of a source file on
 * the machine that made the bundle.
 * @param others more places to look from
 */
export function findPackage(
  name: string,
  here: string | undefined,
  ...others: (() => string | undefined)[]
): string | undefined {
  for (const place of [() => here, () => process.argv[1], () => path.resolve('index.js'), ...others]) {
    try {
      const from = place();
      if (from) return createRequire(from).resolve(name);
    } catch {
      // Not there: try the next place.
    }
  }
  return undefined;
}

/** The version of an installed package, as its package.json has it; `'unknown'` where a bundle has no such file. */
export function versionOf(name: string, here: string | undefined): string {
  const file = findPackage(`${name}/package.json`, here);
  if (file === undefined) return 'unknown';
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}
