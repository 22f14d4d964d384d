import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { findPackage } from '../modules/find-package.js';
import { describe, PublisherError } from '../options/errors.js';

/**
 * The client that the module of option `clientModule` gives.
 *
 * @throws PublisherError when it gives none
 */
export async function loadClient(clientModule: string): Promise<CloudWatchLogsClient> {
  try {
    const loaded: unknown = await load(resolveModule(clientModule));
    let made = (loaded as { default?: unknown }).default ?? loaded;
    // A CommonJS module that was compiled from an ES module has its default one level deeper.
    if (typeof made === 'object' && made !== null && 'default' in made) made = made.default;
    if (typeof made === 'function') made = await made();
    if (typeof (made as { send?: unknown } | null)?.send === 'function') return made as CloudWatchLogsClient;
    throw new TypeError(`its default export gave ${describe(made)}`);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const error = new PublisherError(
      'CLOUDWATCH_LOGS_CLIENT_MODULE',
      `Option "clientModule" must name a module whose default export is a CloudWatchLogsClient or a function ` +
        `that makes one; ${JSON.stringify(clientModule)} failed: ${reason}`,
      { cause },
    );
    error.name = 'ClientModuleError';
    throw error;
  }
}

/** By `require` where that can be, because test runners and compile caches for CommonJS have no `import()`. */
async function load(url: string): Promise<unknown> {
  try {
    if (url.startsWith('file:')) return createRequire(url)(fileURLToPath(url));
  } catch (error) {
    // An ES module on Node.js below 20.19, or one that waits at its top level.
    const { code } = error as { readonly code?: string };
    if (code !== 'ERR_REQUIRE_ESM' && code !== 'ERR_REQUIRE_ASYNC_MODULE') throw error;
  }
  return import(url);
}

/**
 * The URL of that module: paths and package names count from the working directory, URLs stand for themselves.
 *
 * @throws Error when there is none
 */
function resolveModule(specifier: string): string {
  if (/^(file|data|node):/.test(specifier)) return specifier;
  const resolved = createRequire(path.join(process.cwd(), 'index.js')).resolve(specifier);
  return pathToFileURL(resolved).href;
}

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
