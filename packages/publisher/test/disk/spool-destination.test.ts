import assert from 'node:assert/strict';
import { test } from 'node:test';
import { givenDestination } from '../../src/disk/spool-destination.ts';
import { resolveOptions } from '../../src/options/resolve-options.ts';

const options = resolveOptions({ logGroupName: 'app' });
const AWS_REGION = 'eu-central-1';
const ELSEWHERE = 'http://127.0.0.1:4590';

const cases: Record<string, [env: Record<string, string>, endpoint: string | undefined]> = {
  'no endpoint': [{}, undefined],
  'the endpoint of all services': [{ AWS_ENDPOINT_URL: ELSEWHERE }, `${ELSEWHERE}/`],
  'an empty one of this service beside it': [
    { AWS_ENDPOINT_URL: ELSEWHERE, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: '' },
    `${ELSEWHERE}/`,
  ],
  'one of this service, which goes first': [
    { AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: ELSEWHERE },
    `${ELSEWHERE}/`,
  ],
  'one that is not to be heeded': [
    { AWS_ENDPOINT_URL: ELSEWHERE, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
    undefined,
  ],
};

for (const [name, [env, endpoint]] of Object.entries(cases)) {
  test(`events are kept for where the SDK sends them: the environment names ${name}`, () => {
    const destination = givenDestination(options, { AWS_REGION, ...env });
    assert.deepEqual(destination, {
      region: AWS_REGION,
      endpoint,
      profile: undefined,
      logGroupName: 'app',
    });
  });
}
