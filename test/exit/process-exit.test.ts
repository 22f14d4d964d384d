// timeout: 240 s
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { Fault } from 'cloudwatch-logs-local';
import type { PublisherOptions } from 'cloudwatch-logs-publisher';
import { Application } from '../fixtures/application.js';
import { optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { assertStoredOnce, storedNumbers } from '../fixtures/numbered.js';
import { startRecordingProxy } from '../options/recording-proxy.js';

// process.exit() as soon as everything is logged: a thread has to deliver it, with whatever reaches CloudWatch Logs.

const LINES = 100;
const LOGGERS = ['publisher', 'pino', 'winston'];
const CERTIFICATE = new URL('../options/certificate/cert.pem', import.meta.url);
const tls = {
  key: readFileSync(new URL('../options/certificate/key.pem', import.meta.url), 'utf8'),
  cert: readFileSync(CERTIFICATE, 'utf8'),
};
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }; // every signature is verified

/** Below the 8 s that it would otherwise try. */
const AT_ONCE_MS = 5000;

interface Scenario {
  readonly logger?: string;
  readonly options: PublisherOptions;
  readonly lines?: number;
  readonly first?: boolean;
  readonly make?: { readonly what: string; readonly with?: object };
  readonly echo?: boolean;
  readonly late?: number;
  readonly thereafter?: 'ends' | 'throws';
  readonly deletedDirectory?: string;
  readonly filesUsedUp?: boolean;
}

function run(scenario: Scenario, env: NodeJS.ProcessEnv = {}, mostFiles?: number) {
  const file = new URL('application.mjs', import.meta.url);
  return new Application(file, { logger: 'publisher', lines: LINES, ...scenario }, env, mostFiles).ended();
}

function temporaryFolder(t: { after(undo: () => void): void }): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cloudwatch-logs-exit-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('process.exit() delivers', () => {
  for (const logger of LOGGERS) {
    test(`in a working directory that was deleted: ${logger}`, async (t) => {
      const local = await startEndpoint(t, { sequenceTokens: 'enforced', credentials });
      const deletedDirectory = path.join(temporaryFolder(t), 'release-1');
      const { stderr, endingMs } = await run({ logger, options: optionsFor(local), deletedDirectory });
      assert.equal(stderr, '');
      assert.ok(endingMs < AT_ONCE_MS, `${endingMs} ms`);
      assertStoredOnce(local, LINES);
    });

    const onWindows = process.platform === 'win32' && 'files are not limited there';
    test(`with as many files open as it may have: ${logger}`, { skip: onWindows }, async (t) => {
      for (const first of [false, true]) {
        const local = await startEndpoint(t, { sequenceTokens: 'enforced', credentials });
        const options = optionsFor({ endpoint: local.endpoint.replace('127.0.0.1', 'localhost') });
        const { stderr } = await run({ logger, options, first, filesUsedUp: true }, {}, 64);
        assert.equal(stderr, '');
        assertStoredOnce(local, first ? 1 + LINES : LINES);
      }
    });

    test(`what an exit listener logs that was registered after the transport: ${logger}`, async (t) => {
      const local = await startEndpoint(t, { sequenceTokens: 'enforced', credentials });
      const { stderr, endingMs } = await run({ logger, options: optionsFor(local), late: 5 });
      assert.equal(stderr, '');
      assert.ok(endingMs < AT_ONCE_MS, `${endingMs} ms`);
      assertStoredOnce(local, LINES + 5);
    });

    test(`all that an exit listener logs together: ${logger}`, async (t) => {
      const local = await startEndpoint(t, { sequenceTokens: 'enforced', credentials });
      const { stderr } = await run({ logger, options: optionsFor(local), late: 2000 });
      assert.equal(stderr, '');
      assertStoredOnce(local, LINES + 2000);
      const puts = local.stats().requests.PutLogEvents;
      assert.ok(puts <= 10, `${puts} puts`);
    });

    test(`what only an exit listener logs: ${logger}`, async (t) => {
      const local = await startEndpoint(t, { sequenceTokens: 'enforced', credentials });
      const { stderr } = await run({ logger, options: optionsFor(local), lines: 0, late: 2 });
      assert.equal(stderr, '');
      assertStoredOnce(local, 2);
    });
  }

  for (const thereafter of ['ends', 'throws'] as const) {
    const what = thereafter === 'ends' ? 'ends the process' : 'throws';
    test(`what an exit listener logs that ${what} thereafter`, async (t) => {
      const local = await startEndpoint(t, { sequenceTokens: 'enforced', credentials });
      const { code } = await run({ options: optionsFor(local), late: 5, thereafter });
      if (thereafter === 'ends') assert.equal(code, 5);
      assertStoredOnce(local, LINES + 5);
    });
  }

  for (const what of ['client', 'credentials']) {
    test(`with a ${what} of the application's, after a first request`, async (t) => {
      const local = await startEndpoint(t, { sequenceTokens: 'enforced', credentials });
      const { stderr } = await run({ options: optionsFor(local), first: true, make: { what } });
      assert.equal(stderr, '');
      assertStoredOnce(local, 1 + LINES);
    });
  }

  test('with credentials and an endpoint of the environment, before any request', async (t) => {
    const local = await startEndpoint(t, { credentials });
    const { aws: _, ...options } = optionsFor(local);
    const { stderr } = await run(
      { options },
      {
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: local.endpoint,
      },
    );
    assert.equal(stderr, '');
    assertStoredOnce(local, LINES);
  });

  for (const first of [false, true]) {
    test(`with a profile, ${first ? 'after' : 'before'} a first request`, async (t) => {
      const local = await startEndpoint(t, { credentials });
      const file = path.join(temporaryFolder(t), 'credentials');
      writeFileSync(file, '[logs]\naws_access_key_id = test\naws_secret_access_key = test\n');
      const { aws, ...others } = optionsFor(local);
      const options = { ...others, aws: { endpoint: aws.endpoint, region: aws.region, profile: 'logs' } };
      const { stderr, endingMs } = await run({ options, first }, { AWS_SHARED_CREDENTIALS_FILE: file });
      assert.equal(stderr, '');
      assert.ok(endingMs < AT_ONCE_MS, `${endingMs} ms`);
      assertStoredOnce(local, first ? 1 + LINES : LINES);
    });
  }

  for (const what of ['agentOptions', 'agent']) {
    test(`through an agent that knows a private certificate authority (${what})`, async (t) => {
      const local = await startEndpoint(t, { credentials });
      const proxy = await startRecordingProxy(t, local, { tls });
      const make = { what, with: { ca: tls.cert } };
      const { stderr } = await run({ options: optionsFor(proxy), first: true, make });
      assert.equal(stderr, '');
      assertStoredOnce(local, 1 + LINES);
    });
  }

  test('with a certificate authority that NODE_EXTRA_CA_CERTS names', async (t) => {
    const local = await startEndpoint(t, { credentials });
    const proxy = await startRecordingProxy(t, local, { tls });
    const { stderr } = await run(
      { options: optionsFor(proxy) },
      { NODE_EXTRA_CA_CERTS: CERTIFICATE.pathname },
    );
    assert.equal(stderr, '');
    assertStoredOnce(local, LINES);
  });

  test('without a preload of NODE_OPTIONS in its thread, where the SDK is not needed', async (t) => {
    const local = await startEndpoint(t, { credentials });
    const preload = new URL('preload.mjs', import.meta.url).href;
    const { stderr } = await run({ options: optionsFor(local) }, { NODE_OPTIONS: `--import=${preload}` });
    assert.equal(stderr, 'preloaded\n', 'once, in the main thread');
    assertStoredOnce(local, LINES);
  });
});

describe('process.exit() says at once what it cannot deliver', () => {
  for (const what of ['client', 'credentials']) {
    test(`with a ${what} of the application's, before any request`, async (t) => {
      const local = await startEndpoint(t);
      const { stderr, endingMs } = await run({ options: optionsFor(local), make: { what } });
      assert.match(stderr, /options hold a ready client or a function, and no request.*none was made yet/);
      assert.match(stderr, /100 log event\(s\) for log group "app" were not sent/);
      assert.ok(endingMs < AT_ONCE_MS, `${endingMs} ms`);
    });
  }

  test('and never bypasses an agent that may lead through a proxy', async (t) => {
    const local = await startEndpoint(t, { credentials });
    const proxy = await startRecordingProxy(t, local, { tls });
    const make = { what: 'proxyAgent', with: { ca: tls.cert } };
    const { stderr, endingMs } = await run({ options: optionsFor(proxy), first: true, make });
    assert.match(stderr, /may lead through a proxy/);
    assert.match(stderr, /100 log event\(s\) for log group "app" were not sent/);
    assert.ok(endingMs < AT_ONCE_MS, `${endingMs} ms`);
    assertStoredOnce(local, 1);
  });

  const refusals: Fault['kind'][] = ['expired-token', 'unrecognized-client'];
  for (const kind of refusals) {
    test(`when credentials are refused: ${kind}`, async (t) => {
      const local = await startEndpoint(t, { faults: [{ kind }] });
      const { stderr, endingMs } = await run({ options: optionsFor(local) });
      assert.match(stderr, /100 log event\(s\) .* were not sent .*last error: (Expired|Unrecognized)/);
      assert.ok(endingMs < AT_ONCE_MS, `${endingMs} ms`);
    });
  }

  test('when the certificate authority is not known', async (t) => {
    const local = await startEndpoint(t);
    const proxy = await startRecordingProxy(t, local, { tls });
    const { stderr, endingMs } = await run({ options: optionsFor(proxy) });
    assert.match(stderr, /100 log event\(s\) .* were not sent .*DEPTH_ZERO_SELF_SIGNED_CERT/);
    assert.ok(endingMs < AT_ONCE_MS, `${endingMs} ms`);
  });
});

describe('a listener that logs for everything that the transport tells', () => {
  for (const logger of LOGGERS) {
    test(`ends with what can be sent: ${logger}`, async (t) => {
      const local = await startEndpoint(t);
      const scenario = { logger, options: optionsFor(local), echo: true, late: 2 };
      const { code, endingMs, stderr } = await run(scenario);
      assert.equal(code, 0, stderr);
      assert.ok(storedNumbers(local).length >= LINES + 2, stderr);
      assert.ok(endingMs < AT_ONCE_MS, `${endingMs} ms`);
    });
  }
});
