import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { sentTo, sentToFirst } from '../../src/cloudwatch/access.ts';
import { agentSettings } from '../../src/cloudwatch/proxy.ts';

const NO_FILES = { AWS_CONFIG_FILE: os.devNull, AWS_SHARED_CREDENTIALS_FILE: os.devNull };
const KEYS = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };
const credentials = { accessKeyId: 'id', secretAccessKey: 'secret' };

/** Where the SDK itself sends a request with these settings. */
async function sdkHost(region: string): Promise<string> {
  let host = '';
  const requestHandler = {
    handle: async (request: { protocol: string; hostname: string }) => {
      host = `${request.protocol}//${request.hostname}`;
      return { response: { statusCode: 200, headers: {}, body: Readable.from(['{}']) } };
    },
  };
  await new CloudWatchLogsClient({ region, credentials: { ...credentials }, requestHandler }).send(
    new DescribeLogGroupsCommand({}),
  );
  return host;
}

describe('where a first request goes, without the SDK', () => {
  const env = { ...NO_FILES, ...KEYS, AWS_REGION: 'eu-central-1' };

  for (const region of [
    'us-east-1',
    'eu-central-1',
    'ap-southeast-7',
    'us-gov-west-1',
    'il-central-1',
    'cn-north-1',
  ]) {
    test(`is where the SDK sends it in ${region}`, async () => {
      const { protocol, hostname } = sentToFirst({ region, credentials }, NO_FILES) ?? {};
      assert.equal(`${protocol}//${hostname}`, await sdkHost(region));
    });
  }

  test('is known from the environment alone', () => {
    const token = { AWS_SESSION_TOKEN: 'token', AWS_CREDENTIAL_EXPIRATION: '2030-01-01T00:00:00Z' };
    assert.deepEqual(sentToFirst({}, { ...env, ...token }), {
      protocol: 'https:',
      hostname: 'logs.eu-central-1.amazonaws.com',
      port: undefined,
      path: '/',
      headers: {},
      region: 'eu-central-1',
      service: 'logs',
      credentials: { ...credentials, sessionToken: 'token' },
      expiresAt: Date.UTC(2030, 0, 1),
    });
  });

  test('is the endpoint of the options, or else of the environment', () => {
    const configured = {
      ...env,
      AWS_ENDPOINT_URL: 'http://a:1',
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: 'http://b:2/p',
    };
    assert.equal(sentToFirst({ endpoint: 'http://[::1]:3' }, configured)?.hostname, '[::1]');
    const { hostname, port, path } = sentToFirst({}, configured) ?? {};
    assert.deepEqual({ hostname, port, path }, { hostname: 'b', port: 2, path: '/p' });
    const ignored = { ...configured, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' };
    assert.match(sentToFirst({}, ignored)?.hostname ?? '', /amazonaws/);
  });

  const unknown: Record<string, [aws: Parameters<typeof sentToFirst>[0], env: NodeJS.ProcessEnv]> = {
    'without a Region': [{}, { ...NO_FILES, ...KEYS }],
    'without keys': [{}, { ...NO_FILES, AWS_REGION: 'eu-central-1' }],
    'with a profile in the options': [{ profile: 'p' }, env],
    'with a profile in the environment': [{}, { ...env, AWS_PROFILE: 'p' }],
    'with a credential function': [{ credentials: async () => credentials }, env],
    'with settings that only the SDK understands': [{ useFipsEndpoint: true }, env],
    'with FIPS in the environment': [{}, { ...env, AWS_USE_FIPS_ENDPOINT: 'true' }],
    'in a partition whose names are not known here': [{ region: 'us-iso-east-1' }, env],
    'with an endpoint that is no URL': [{ endpoint: 'localhost' }, env],
  };
  for (const [name, [aws, environment]] of Object.entries(unknown)) {
    test(`is not known ${name}`, () => assert.equal(sentToFirst(aws, environment), undefined));
  }

  test('is not known where the shared configuration file chooses an endpoint', (t) => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'cloudwatch-logs-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = path.join(folder, 'config');
    writeFileSync(file, '[default]\nendpoint_url = http://127.0.0.1:1\n');
    assert.equal(sentToFirst({}, { ...env, AWS_CONFIG_FILE: file }), undefined);
  });
});

describe('where the SDK has sent a signed request', () => {
  const request = { protocol: 'http:', hostname: 'h', port: 1, path: '/', headers: {} };

  test('is never guessed, and never throws', () => {
    for (const context of [undefined, null, {}, { __smithy_context: {} }]) {
      assert.equal(sentTo(request, context), undefined);
    }
    const httpAuthOption = { schemeId: 'smithy.api#httpBearerAuth' };
    const scheme = { selectedHttpAuthScheme: { httpAuthOption, identity: { token: 't' } } };
    assert.equal(sentTo(request, { __smithy_context: scheme }), undefined);
    assert.equal(sentTo(undefined, undefined), undefined);
  });
});

describe('the settings of an agent', () => {
  test('are data for an agent of Node.js', () => {
    const ca = Buffer.from('certificate');
    const settings = agentSettings(new https.Agent({ ca, rejectUnauthorized: false, maxSockets: 3 }));
    assert.deepEqual(Buffer.from(settings?.ca as Uint8Array), ca);
    assert.equal(settings?.rejectUnauthorized, false);
    assert.equal(settings?.maxSockets, 3);
    assert.ok(agentSettings(new http.Agent()));
  });

  test('are not known of an agent that may lead through a proxy', () => {
    class ProxyAgent extends https.Agent {}
    assert.equal(agentSettings(new ProxyAgent()), undefined);
    const patched = Object.assign(new https.Agent(), { createConnection: () => {} });
    assert.equal(agentSettings(patched), undefined);
    assert.equal(agentSettings(new https.Agent({ lookup: () => {} })), undefined);
    assert.equal(agentSettings({ destroy() {} }), undefined);
    assert.equal(agentSettings(undefined), undefined);
  });
});
