import { createRequire } from 'node:module';

/** Points the AWS SDK 2 that a package depends on to the endpoint; it reads no environment variable for that. */
export function pointSdk2(packageName, endpoint) {
  const require = createRequire(createRequire(import.meta.url).resolve(packageName));
  require('aws-sdk').config.update({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  });
}
