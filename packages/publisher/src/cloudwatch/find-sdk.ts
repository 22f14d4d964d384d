import { findPackage } from '../modules/find-package.js';
import { resolveModule } from './client-module.js';

/**
 * The file of the AWS SDK that another thread can load.
 *
 * @param clientModule the option of that name: such a module may bring an SDK of its own
 * @returns undefined when there is none, as where this package and the SDK were bundled into a file of the application
 */
export function findSdk(clientModule: string | undefined): string | undefined {
  return findPackage(
    '@aws-sdk/client-cloudwatch-logs',
    import.meta.url,
    () => clientModule && resolveModule(clientModule),
  );
}
