import { createRequire } from 'node:module';

/** The version of this package, as its package.json has it; `'unknown'` where a bundle has no such file. */
export const VERSION: string = readVersion();

function readVersion(): string {
  try {
    const manifest = createRequire(import.meta.url)('cloudwatch-logs-local/package.json');
    return (manifest as { readonly version: string }).version;
  } catch {
    return 'unknown';
  }
}
