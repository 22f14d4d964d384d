import { createRequire } from 'node:module';
import path from 'node:path';
import { resolveModule } from './client-module.js';

/**
 * The file of the AWS SDK that another thread can load.
 *
 * @param clientModule the option of that name: such a module may bring an SDK of its own
 * @returns undefined when there is none, as where this package and the SDK were bundled into a file of the application
 */
export function findSdk(clientModule: string | undefined): string | undefined {
  const places = [
    // Bundlers leave it empty, or make it the place of this file on the machine that made the bundle.
    () => import.meta.url as string | undefined,
    () => process.argv[1],
    () => path.resolve('index.js'),
    () => clientModule && resolveModule(clientModule),
  ];
  for (const place of places) {
    try {
      const from = place();
      if (from) return createRequire(from).resolve('@aws-sdk/client-cloudwatch-logs');
    } catch {
      // Not there: try the next place.
    }
  }
  return undefined;
}
