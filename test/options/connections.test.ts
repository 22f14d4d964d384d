import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { PublisherOptions } from 'cloudwatch-logs-publisher';
import { logGroupName, optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { assertLaw } from '../fixtures/law.js';
import { assertStoredOnce, numbered } from '../fixtures/numbered.js';
import { SHIPPERS, start } from '../fixtures/shippers.js';
import { startRecordingProxy } from './recording-proxy.js';

// The way to the service, with the connections that the publisher makes itself: HTTPS, certificates, IPv6, reuse.

const LOGGERS = Object.keys(SHIPPERS).filter((name) => name !== 'publisher');
const CERTIFICATE = fileURLToPath(new URL('certificate/cert.pem', import.meta.url));
const tls = {
  key: readFileSync(new URL('certificate/key.pem', import.meta.url), 'utf8'),
  cert: readFileSync(CERTIFICATE, 'utf8'),
};
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }; // every signature is verified
const hasIPv6 = Object.values(os.networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);
const skip = hasIPv6 ? false : 'this machine has no IPv6';
const PUTS = 10;

for (const host of ['127.0.0.1', '::1']) {
  test(`HTTPS with a private certificate authority that NODE_EXTRA_CA_CERTS names, on ${host}`, {
    skip: host === '::1' ? skip : false,
  }, async (t) => {
    const local = await startEndpoint(t, { credentials });
    const proxy = await startRecordingProxy(t, local, { tls, host });
    assert.match(proxy.endpoint, /^https:/);
    const { delivered, stderr } = await runApplication(
      { puts: PUTS, options: optionsFor(proxy) },
      {
        NODE_EXTRA_CA_CERTS: CERTIFICATE,
      },
    );
    assert.deepEqual(delivered, [PUTS, PUTS, PUTS], stderr);
    assert.equal(stderr, '');
    assert.deepEqual(local.groups()[0].streams, ['in process', 'winston', 'worker']);
    assert.equal(local.events({ logGroupName }).length, 3 * PUTS);
    assert.equal(proxy.connections, 3, 'each of the three keeps one connection');
  });
}

test('a certificate that is not trusted is named in a warning; events are kept and nothing is sent', async (t) => {
  const local = await startEndpoint(t);
  const proxy = await startRecordingProxy(t, local, { tls });
  const shipper = start(t, 'winston', { ...optionsFor(proxy), closeTimeoutMs: 1 });
  shipper.log(numbered(0));
  while (shipper.warnings.length === 0) await shipper.flush(100);
  const [{ code, message }] = shipper.warnings;
  assert.equal(code, 'unreachable');
  assert.match(message, /DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate.*Events are kept/);
  const stats = await shipper.stats();
  assertLaw(stats);
  assert.equal(stats.buffered + stats.inFlight, 1);
  assert.equal(stats.possibleDuplicates, 0);
  assert.deepEqual(proxy.requests, []);
});

describe('an endpoint on IPv6', { skip }, () => {
  for (const name of LOGGERS) {
    test(`takes what is logged: ${name}`, async (t) => {
      const local = await startEndpoint(t, { host: '::1', credentials });
      assert.match(local.endpoint, /^http:\/\/\[::1\]:\d+$/);
      await logAndFlushOften(t, name, optionsFor(local));
      assertStoredOnce(local, PUTS);
    });
  }
});

describe('an application may bring the certificate authority in its options, as data', () => {
  for (const name of LOGGERS) {
    test(`through the handler of the SDK: ${name}`, async (t) => {
      const local = await startEndpoint(t, { credentials });
      const proxy = await startRecordingProxy(t, local, { tls });
      const options = optionsFor(proxy);
      const requestHandler = { httpsAgent: { ca: tls.cert } };
      await logAndFlushOften(t, name, { ...options, aws: { ...options.aws, requestHandler } });
      assertStoredOnce(local, PUTS);
    });
  }
});

describe('one connection serves one put after the other', () => {
  for (const name of LOGGERS) {
    test(name, async (t) => {
      const local = await startEndpoint(t);
      const proxy = await startRecordingProxy(t, local);
      await logAndFlushOften(t, name, optionsFor(proxy));
      assertStoredOnce(local, PUTS);
      assert.equal(proxy.connections, 1);
    });
  }
});

async function logAndFlushOften(
  t: TestContext,
  name: string,
  options: PublisherOptions & { readonly logStreamName: string },
): Promise<void> {
  const shipper = start(t, name, options);
  for (let i = 0; i < PUTS; i++) {
    shipper.log(numbered(i));
    assert.deepEqual(await shipper.flush(), { delivered: 1, dropped: 0, pending: 0 });
  }
  assertLaw(await shipper.stats());
}

async function runApplication(task: object, environment: Record<string, string>) {
  const application = spawn(
    process.execPath,
    [
      '--no-warnings',
      fileURLToPath(new URL('secure-application.mjs', import.meta.url)),
      JSON.stringify(task),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } },
  );
  const [stdout, stderr] = await Promise.all([
    text(application.stdout),
    text(application.stderr),
    once(application, 'close'),
  ]);
  return { delivered: stdout === '' ? [] : JSON.parse(stdout), stderr };
}
