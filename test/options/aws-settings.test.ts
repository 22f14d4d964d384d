import assert from 'node:assert/strict';
import os from 'node:os';
import { before, describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { PublisherOptions } from 'cloudwatch-logs-publisher';
import { logGroupName, optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { assertLaw } from '../fixtures/law.js';
import { assertStoredOnce, numbered } from '../fixtures/numbered.js';
import { SHIPPERS, type Shipper, start } from '../fixtures/shippers.js';
import { startRecordingProxy } from './recording-proxy.js';

// What reaches the service of the settings of requests: signatures, clients, encodings and headers. The endpoint verifies
// every signature where it is given credentials.

const LOGGERS = Object.keys(SHIPPERS).filter((name) => name !== 'publisher');
const IN_PROCESS = ['pino in process', 'winston'];
const EVENTS = 100;

before(() => {
  // Nothing of this machine's own settings; a worker starts with a copy of them.
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  process.env.AWS_CONFIG_FILE = os.devNull;
  process.env.AWS_SHARED_CREDENTIALS_FILE = os.devNull;
  process.env.AWS_EC2_METADATA_DISABLED = 'true';
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
});

async function logAndFlush(shipper: Shipper): Promise<void> {
  for (let i = 0; i < EVENTS; i++) shipper.log(numbered(i));
  assert.deepEqual(await shipper.flush(60_000), { delivered: EVENTS, dropped: 0, pending: 0 });
  assertLaw(await shipper.stats());
}

describe('requests are signed so that the service accepts them', () => {
  for (const name of LOGGERS) {
    test(`with credentials that are given as data: ${name}`, async (t) => {
      const credentials = {
        accessKeyId: 'AKIDTEST',
        secretAccessKey: 'secret/+=',
        sessionToken: 'session==',
      };
      const local = await startEndpoint(t, { credentials });
      const options = optionsFor(local);
      await logAndFlush(start(t, name, { ...options, aws: { ...options.aws, credentials } }));
      assertStoredOnce(local, EVENTS);
      assert.deepEqual(Object.keys(local.stats().errors), ['ResourceNotFoundException']);
    });

    test(`by the client that a module makes: ${name}`, async (t) => {
      const credentials = { accessKeyId: 'module', secretAccessKey: 'of the client module' };
      const local = await startEndpoint(t, { credentials });
      process.env.CLIENT_MODULE_ENDPOINT = local.endpoint;
      const clientModule = fileURLToPath(new URL('client-module.mjs', import.meta.url));
      await logAndFlush(start(t, name, { logGroupName, logStreamName: 'main', clientModule }));
      assertStoredOnce(local, EVENTS);
    });
  }

  for (const name of IN_PROCESS) {
    test(`by a client that the application made, and goes on to use: ${name}`, async (t) => {
      const credentials = { accessKeyId: 'ready', secretAccessKey: 'made' };
      const local = await startEndpoint(t, { credentials });
      const client = new CloudWatchLogsClient({ region: 'us-east-1', endpoint: local.endpoint, credentials });
      const shipper = start(t, name, { logGroupName, logStreamName: 'main', client });
      await logAndFlush(shipper);
      await shipper.close();
      const read = await client.send(
        new GetLogEventsCommand({ logGroupName, logStreamName: 'main', startFromHead: true }),
      );
      assert.equal(read.events?.length, EVENTS);
      client.destroy();
    });

    test(`by a provider of credentials that is asked again when they expire: ${name}`, async (t) => {
      const accepted = { accessKeyId: 'role', secretAccessKey: 'first', sessionToken: 'first' };
      const local = await startEndpoint(t, { credentials: accepted });
      let asked = 0;
      const credentials = async () => {
        asked++;
        return { ...accepted, expiration: new Date(Date.now() + 1000) };
      };
      const options = optionsFor(local);
      const shipper = start(t, name, { ...options, aws: { ...options.aws, credentials } });
      shipper.log(numbered(0));
      assert.equal((await shipper.flush()).delivered, 1);
      Object.assign(accepted, { secretAccessKey: 'second', sessionToken: 'second' });
      const before = asked;
      shipper.log(numbered(1));
      assert.equal((await shipper.flush()).delivered, 1);
      assert.ok(asked > before);
      assertStoredOnce(local, 2);
      assert.deepEqual(shipper.warnings, []);
    });
  }
});

test('with wrong credentials events are kept, one warning names them, and they are delivered once accepted', async (t) => {
  await Promise.all(
    LOGGERS.map(async (name) => {
      const accepted = { accessKeyId: 'test', secretAccessKey: 'another' };
      const local = await startEndpoint(t, { credentials: accepted });
      const shipper = start(t, name, optionsFor(local)); // signs with `test`
      for (let i = 0; i < EVENTS; i++) shipper.log(numbered(i));
      await local.waitFor(() => local.stats().errors.InvalidSignatureException >= 2, { timeoutMs: 60_000 });

      const stats = await shipper.stats();
      assertLaw(stats);
      assert.deepEqual([stats.received, stats.delivered], [EVENTS, 0]);
      assert.deepEqual(codesOf(shipper), ['credentials'], name);
      assert.match(
        shipper.warnings[0].message,
        /no valid AWS credentials .*InvalidSignatureException.*Events are kept; check the credentials/,
      );
      assert.doesNotMatch(shipper.warnings[0].message, /AWS4-HMAC|Signature=|number \d/);

      accepted.secretAccessKey = 'test';
      assert.deepEqual(await shipper.flush(60_000), { delivered: EVENTS, dropped: 0, pending: 0 });
      assertStoredOnce(local, EVENTS);
      assert.deepEqual(codesOf(shipper), ['credentials', 'recovered'], name);
    }),
  );
});

describe('what is missing is named in one warning, and events are kept', () => {
  const missing = {
    credentials:
      /no valid AWS credentials .*CredentialsProviderError.*Events are kept; check the credentials/,
    region: /no AWS Region is set .*Events are kept; set aws\.region or AWS_REGION\./,
  };
  for (const [what, said] of Object.entries(missing)) {
    for (const name of LOGGERS) {
      test(`${what}: ${name}`, async (t) => {
        const local = await startEndpoint(t);
        const options = optionsFor(local);
        const aws = { ...options.aws, [what]: undefined };
        const shipper = start(t, name, { ...options, aws, closeTimeoutMs: 700 });
        for (let i = 0; i < EVENTS; i++) shipper.log(numbered(i));
        while (shipper.warnings.length === 0) await shipper.flush(100);
        const stats = await shipper.stats();
        assertLaw(stats);
        assert.deepEqual([stats.received, stats.delivered], [EVENTS, 0]);
        await shipper.close(); // tries twice a second, so there is more of the same to be told
        assert.deepEqual(codesOf(shipper), [what, 'shutdown']);
        assert.match(shipper.warnings[0].message, said);
        assert.equal(local.stats().requests.PutLogEvents, undefined, 'nothing is sent unsigned');
      });
    }
  }
});

describe('a setting of requests arrives at the service', () => {
  for (const name of LOGGERS) {
    test(`gzip: ${name}`, async (t) => {
      const { shipper, proxy, local } = await startRecorded(t, name, { gzip: true });
      shipper.log('small');
      await shipper.flush();
      await logAndFlush(shipper);
      const [, small, large] = proxy.requests.filter(({ operation }) => operation === 'PutLogEvents');
      assert.equal(small.headers['content-encoding'], undefined, 'up to 1 KiB it does not pay');
      assert.equal(large.headers['content-encoding'], 'gzip');
      assert.equal(large.headers['content-length'], String(large.body.length));
      const body = JSON.parse(gunzipSync(large.body).toString());
      assert.equal(body.logEvents.length, EVENTS);
      const stored = local.events({ logGroupName }).map(({ message }) => message);
      assert.equal(stored.length, EVENTS + 1);
      assertStoredOnce(local, EVENTS);
    });

    test(`emf: ${name}`, async (t) => {
      const { shipper, proxy } = await startRecorded(t, name, { emf: true });
      await logAndFlush(shipper);
      for (const { operation, headers } of proxy.requests) {
        const expected = operation === 'PutLogEvents' ? 'json/emf' : undefined;
        assert.equal(headers['x-amzn-logs-format'], expected, operation);
      }
    });

    test(`entity: ${name}`, async (t) => {
      const entity = {
        keyAttributes: { Type: 'Service', Name: 'shop', Environment: 'test' },
        attributes: { 'AWS.ServiceNameSource': 'UserConfiguration' },
      };
      const { shipper, proxy, local } = await startRecorded(t, name, { entity });
      await logAndFlush(shipper);
      const puts = proxy.requests.filter(({ operation }) => operation === 'PutLogEvents');
      assert.ok(puts.length >= 2);
      for (const { body } of puts) assert.deepEqual(JSON.parse(body.toString()).entity, entity);
      assertStoredOnce(local, EVENTS);
    });
  }
});

/** A way to log whose requests can be looked at; the endpoint behind verifies their signatures. */
async function startRecorded(t: TestContext, name: string, options: Partial<PublisherOptions>) {
  const local = await startEndpoint(t, {
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const proxy = await startRecordingProxy(t, local);
  const shipper = start(t, name, { ...optionsFor(proxy), ...options } as Parameters<typeof start>[2]);
  return { local, proxy, shipper };
}

function codesOf({ warnings }: Shipper): string[] {
  return warnings.map(({ code }) => code);
}
