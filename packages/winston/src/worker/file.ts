import path from 'node:path';
import { findPackage } from 'cloudwatch-logs-publisher/worker';

const PACKAGE = 'winston-cloudwatch-logs';
/** The file that the build makes of `entry.ts`, beside the package's entry. */
const FILE = 'worker.cjs';

/**
 * The file that a worker thread loads, also when this code was bundled into another one.
 *
 * @throws Error when there is none
 */
export function findWorkerFile(): string {
  const entry = findPackage(PACKAGE, import.meta.url);
  if (entry) return path.join(path.dirname(entry), FILE);
  throw new Error(
    `"${PACKAGE}" was bundled and no file of it was found for the worker thread. Keep it out of the bundle ` +
      '(external, serverExternalPackages), or leave "worker" out.',
  );
}
