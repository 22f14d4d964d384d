import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type LocalCloudWatchLogs, type LocalOptions, startLocal } from 'cloudwatch-logs-local';
import type { PublisherOptions } from 'cloudwatch-logs-publisher';
import { type Check, type DoctorReport, doctor } from 'cloudwatch-logs-publisher/doctor';
import { atEnd } from '../fixtures/at-end.js';
import { startForwardProxy, TunnelAgent } from '../fixtures/forward-proxy.js';
import { startRecordingProxy } from '../options/recording-proxy.js';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a secret key' };
const certificate = new URL('../options/certificate/', import.meta.url);
const tls = {
  key: readFileSync(new URL('key.pem', certificate), 'utf8'),
  cert: readFileSync(new URL('cert.pem', certificate), 'utf8'),
};

async function start(t: TestContext, options: LocalOptions = {}): Promise<LocalCloudWatchLogs> {
  const local = await startLocal({ credentials, ...options });
  atEnd(t, () => local.close());
  return local;
}

function optionsFor(local: { readonly endpoint: string }): PublisherOptions {
  return {
    logGroupName: 'my-app',
    logStreamName: 'main',
    aws: { endpoint: local.endpoint, region: 'eu-central-1', credentials },
  };
}

/** Each check's name with its status. */
function statuses({ checks }: DoctorReport): Record<string, string> {
  return Object.fromEntries(checks.map(({ check, status }) => [check, status]));
}

function find({ checks }: DoctorReport, name: string): Check {
  const found = checks.find(({ check }) => check === name);
  assert.ok(found, `there is no check '${name}'`);
  return found;
}

test('where all is well it stores one event, and says each thing as it is found', async (t) => {
  const local = await start(t);
  const seen: string[] = [];
  const report = await doctor(optionsFor(local), { onCheck: ({ check }) => seen.push(check), env: {} });
  assert.equal(report.ok, true);
  assert.equal(report.policy, undefined);
  assert.deepEqual(statuses(report), {
    region: 'ok',
    credentials: 'ok',
    proxy: 'ok',
    dns: 'ok',
    tcp: 'ok',
    clock: 'ok',
    identity: 'skip',
    put: 'ok',
    throughput: 'ok',
  });
  assert.deepEqual(seen, Object.keys(statuses(report)));
  const [event, ...others] = local.events({ logGroupName: 'my-app', logStreamName: 'main' });
  assert.deepEqual(others, []);
  assert.match(String(event?.message), /a trial event/);
  assert.match(find(report, 'put').message, /created the group and the stream/);
  assert.match(
    find(report, 'throughput').message,
    /a put takes \d+ ms: .* up to 16 are under way for a stream \(maxInFlight\), up to 32 in all \(maxRequests\)/,
  );
  assert.doesNotMatch(JSON.stringify(report), /secret|AKIDEXAMPLE/, 'no secret, and only the end of the key');
});

test('a put that is denied gives the one statement to add, with its ARN', async (t) => {
  const local = await start(t, { faults: [{ kind: 'access-denied' }] });
  const report = await doctor(optionsFor(local), { env: {} });
  assert.equal(report.ok, false);
  assert.match(find(report, 'put').message, /logs:PutLogEvents .*AccessDeniedException.*statement below/);
  assert.deepEqual(report.policy?.Action, [
    'logs:PutLogEvents',
    'logs:CreateLogStream',
    'logs:CreateLogGroup',
  ]);
  assert.match(
    report.policy?.Resource[0] ?? '',
    /^arn:aws:logs:eu-central-1:(?:\d{12}|\*):log-group:my-app$/,
  );
});

test('an action that answers have shown to be allowed is not in the statement', async (t) => {
  const local = await start(t, { faults: [{ kind: 'access-denied', operation: 'CreateLogStream' }] });
  const report = await doctor(optionsFor(local), { env: {} });
  assert.deepEqual(report.policy?.Action, ['logs:CreateLogStream']);
  assert.match(
    find(report, 'put').message,
    /^logs:CreateLogStream on log stream "main" of log group "my-app"/,
  );
});

test('retention that may not be set is a warning with its statement; logs arrive', async (t) => {
  const local = await start(t, { faults: [{ kind: 'access-denied', operation: 'PutRetentionPolicy' }] });
  const report = await doctor({ ...optionsFor(local), retentionInDays: 7 }, { env: {} });
  assert.equal(report.ok, true);
  assert.equal(find(report, 'put').status, 'warn');
  assert.deepEqual(report.policy?.Action, ['logs:PutRetentionPolicy']);
});

for (const [kind, said] of [
  ['expired-token', /ExpiredToken.*check the credentials/],
  ['unrecognized-client', /UnrecognizedClientException.*check the credentials/],
  ['throttle', /ThrottlingException.*quota/],
  ['unavailable', /HTTP 503.*try again later/],
  ['html', /HTTP 502.*something in between/],
  ['reset-before', /ECONNRESET.*check the Region, the endpoint/],
] as const) {
  test(`a put that meets '${kind}' is told with what to do`, async (t) => {
    const report = await doctor(optionsFor(await start(t, { faults: [{ kind }] })), { env: {} });
    assert.equal(report.ok, false);
    assert.match(find(report, 'put').message, said);
    assert.equal(report.policy, undefined);
  });
}

test('an endpoint that hangs ends the check after the time of one request', async (t) => {
  const local = await start(t, { faults: [{ kind: 'hang-before', after: 1 }] });
  const report = await doctor({ ...optionsFor(local), requestTimeoutMs: 300 }, { env: {} });
  assert.match(find(report, 'put').message, /TimeoutError/);
  assert.ok(find(report, 'put').durationMs < 10_000);
});

test('a port where nobody listens fails at tcp, and nothing after it is tried', async (t) => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  t.diagnostic(`port ${port}`);
  const report = await doctor(optionsFor({ endpoint: `http://127.0.0.1:${port}` }), { env: {} });
  assert.equal(find(report, 'tcp').status, 'fail');
  assert.match(find(report, 'tcp').message, /ECONNREFUSED/);
  assert.deepEqual([find(report, 'put').status, report.ok], ['skip', false]);
});

for (const [offset, status, said] of [
  [-600_000, 'warn', /600 s ahead: a first request is refused until the SDK has corrected it/],
  [60_000, 'warn', /60 s behind: events carry wrong times/],
  [-3 * 3_600_000, 'fail', /10800 s ahead: CloudWatch Logs stores no events of that time/],
] as const) {
  test(`a clock that is off is told: the service's is ${offset} ms ahead`, async (t) => {
    const local = await start(t, { now: () => Date.now() + offset });
    // The SDK learns of its clock by a first refusal, as in an application.
    const report = await doctor(optionsFor(local), { env: {} });
    const clock = find(report, 'clock');
    assert.equal(clock.status, status, clock.message);
    assert.match(clock.message.replace(/\d+ s (?=ahead|behind)/, `${Math.abs(offset) / 1000} s `), said);
    const told = Number(clock.details?.offsetMs);
    assert.ok(Math.abs(told - offset) < 5_000, `${told}`);
  });
}

test('the caller is named by STS, with a signature for it, and its account is in the statement', async (t) => {
  const local = await start(t, { faults: [{ kind: 'access-denied' }] });
  const sts = http.createServer(async (request, response) => {
    const authorization = String(request.headers.authorization);
    const body = await text(request);
    const isSigned = /Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/sts\/aws4_request/.test(authorization);
    const isAsked = isSigned && body === 'Action=GetCallerIdentity&Version=2011-06-15';
    response.writeHead(isAsked ? 200 : 403);
    response.end(
      '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::210987654321:assumed-role/shop/i-1</Arn>' +
        '<UserId>AROA:i-1</UserId><Account>210987654321</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
    );
  });
  sts.listen(0, '127.0.0.1');
  await once(sts, 'listening');
  atEnd(t, () => {
    sts.closeAllConnections();
    sts.close();
  });
  const url = `http://127.0.0.1:${(sts.address() as AddressInfo).port}`;
  const report = await doctor(optionsFor(local), { env: { AWS_ENDPOINT_URL_STS: url } });
  assert.match(
    find(report, 'identity').message,
    /^arn:aws:sts::210987654321:assumed-role\/shop\/i-1, account 210987654321$/,
  );
  assert.equal(report.policy?.Resource[0], 'arn:aws:logs:eu-central-1:210987654321:log-group:my-app');
});

test('STS that cannot be reached is a warning; logs arrive', async (t) => {
  const local = await start(t);
  const report = await doctor(optionsFor(local), { env: { AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1' } });
  assert.deepEqual([find(report, 'identity').status, report.ok], ['warn', true]);
});

test('a certificate that is not trusted fails at tls; with its authority named it is fine', async (t) => {
  const proxy = await startRecordingProxy(t, await start(t), { tls });
  const options = optionsFor(proxy);
  const report = await doctor(options, { env: {} });
  assert.match(find(report, 'tls').message, /DEPTH_ZERO_SELF_SIGNED_CERT/);
  assert.match(find(report, 'proxy').message, /^none; requests go to https:/);
  const aws = { ...options.aws, requestHandler: { httpsAgent: { ca: tls.cert } } };
  const trusted = await doctor({ ...options, aws }, { env: { HTTPS_PROXY: 'http://proxy.example:8080' } });
  assert.equal(trusted.ok, true, JSON.stringify(trusted));
  assert.equal(find(trusted, 'proxy').status, 'warn');
  assert.match(find(trusted, 'proxy').message, /HTTPS_PROXY is set.*an agent of their own/);
  assert.match(find(trusted, 'tls').message, /^TLSv1\.3, certificate of /);
});

/** Options whose client makes its connections through a forward proxy. */
function through(proxy: URL, endpoint: string): PublisherOptions {
  const agent = new TunnelAgent(proxy, { ca: tls.cert });
  const aws = { endpoint, region: 'eu-central-1', credentials, requestHandler: { httpsAgent: agent } };
  return { logGroupName: 'my-app', logStreamName: 'main', client: new CloudWatchLogsClient(aws) };
}

test('through a forward proxy every step is that of the proxy, and the event is stored', async (t) => {
  const local = await start(t);
  const secured = await startRecordingProxy(t, local, { tls });
  const proxy = await startForwardProxy(t);
  const report = await doctor(through(proxy.url, secured.endpoint), { env: {} });
  assert.match(find(report, 'proxy').message, new RegExp(`go through ${proxy.url.host}$`));
  assert.match(find(report, 'tcp').message, /the proxy at 127\.0\.0\.1/);
  assert.equal(find(report, 'put').status, 'ok', JSON.stringify(report.checks, undefined, 1));
  assert.equal(local.events({ logGroupName: 'my-app' }).length, 1);
  assert.ok(proxy.asked.includes(new URL(secured.endpoint).host));
});

test('the proxy of the environment is shown, and a host that NO_PROXY exempts from it', async (t) => {
  const secured = await startRecordingProxy(t, await start(t), { tls });
  const proxy = await startForwardProxy(t);
  atEnd(t, () => {
    delete process.env.HTTPS_PROXY;
    delete process.env.NO_PROXY;
  });
  process.env.HTTPS_PROXY = proxy.url.href;
  const { host } = new URL(secured.endpoint);
  const through = await doctor(optionsFor(secured));
  assert.match(
    find(through, 'proxy').message,
    new RegExp(`^requests to https://${host} go through ${proxy.url.host}$`),
  );
  assert.match(find(through, 'tcp').message, /the proxy at 127\.0\.0\.1/);
  assert.match(
    find(through, 'tls').message,
    /DEPTH_ZERO_SELF_SIGNED_CERT/,
    'of the endpoint, not of the proxy',
  );
  process.env.NO_PROXY = '127.0.0.1';
  const around = await doctor(optionsFor(secured));
  assert.match(find(around, 'proxy').message, /^none: NO_PROXY names the host; requests go to https:/);
});

test('a forward proxy that wants a password is named where it refuses', async (t) => {
  const secured = await startRecordingProxy(t, await start(t), { tls });
  const proxy = await startForwardProxy(t, { refuses: true });
  const report = await doctor(through(proxy.url, secured.endpoint), { env: {} });
  assert.equal(report.ok, false);
  const failed = report.checks.find(({ status }) => status === 'fail');
  assert.match(failed?.message ?? '', /407/);
});

test('a client that cannot be made is told, and not taken for the network', async (t) => {
  const { endpoint } = await start(t);
  const options = { ...optionsFor({ endpoint }), aws: {}, clientModule: './not-there.mjs' };
  const report = await doctor(options, { env: {} });
  assert.match(find(report, 'client').message, /not-there\.mjs.*; check the option clientModule/);
  assert.deepEqual([statuses(report), report.ok], [{ client: 'fail', put: 'skip' }, false]);
});

test('a publisher that is switched off is told', async (t) => {
  const report = await doctor({ ...optionsFor(await start(t)), enabled: false }, { env: {} });
  assert.equal(report.ok, false);
  assert.match(find(report, 'options').message, /switched off/);
});

test('an endpoint that only the environment or a profile names is the one that is looked at', async (t) => {
  const local = await start(t);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'doctor-'));
  atEnd(t, () => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'config');
  writeFileSync(file, `[default]\nendpoint_url = ${local.endpoint}\n`);
  const keys = {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: 'eu-central-1',
  };
  const named: Record<string, string>[] = [
    { AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: local.endpoint },
    { AWS_ENDPOINT_URL: local.endpoint, AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1' },
    { AWS_CONFIG_FILE: file },
  ];
  for (const [index, env] of named.entries()) {
    const { code, stdout } = await run('publisher', ['--group', 'my-app'], { ...keys, ...env });
    assert.equal(code, 0, stdout);
    assert.match(stdout, new RegExp(`requests go to ${local.endpoint}`));
    assert.equal(local.events({ logGroupName: 'my-app' }).length, index + 1);
  }
});

const PROGRAMS = {
  'cloudwatch-logs-publisher': 'publisher',
  'pino-cloudwatch-logs': 'pino',
  'winston-cloudwatch-logs': 'winston',
};

async function run(folder: string, args: readonly string[], env: Record<string, string> = {}) {
  const file = fileURLToPath(new URL(`../../packages/${folder}/dist/cli.js`, import.meta.url));
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      ['--no-warnings', file, 'doctor', ...args],
      { env: { ...process.env, ...env } },
      (error, stdout, stderr) => resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

for (const [name, folder] of Object.entries(PROGRAMS)) {
  test(`npx ${name} doctor: a line for each check, JSON for programs, and the exit code says it all`, async (t) => {
    const local = await start(t);
    const env = {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: 'eu-central-1',
      OTEL_SERVICE_NAME: 'shop',
    };
    const args = ['--group', 'my-app', '--endpoint', local.endpoint];
    const well = await run(folder, [...args, '--entity', 'auto'], env);
    assert.deepEqual([well.code, well.stderr], [0, '']);
    assert.match(
      well.stdout,
      /^✓ region {6}eu-central-1 \(\d+ ms\)\n✓ credentials access key \.\.\.MPLE from environment variables/,
    );
    assert.match(well.stdout, /one event stored in .*, of the entity "shop"/);
    assert.match(well.stdout, /\nLogs arrive\.\n$/);
    assert.equal(local.events({ logGroupName: 'my-app' }).length, 1);

    // Every option of the transport is a flag here, as it is of the command that reads lines.
    const named = await run(folder, [...args, '--log-stream-name', 'of-a-flag', '--gzip', '--emf'], env);
    assert.deepEqual([named.code, named.stderr], [0, '']);
    assert.equal(local.events({ logGroupName: 'my-app', logStreamName: 'of-a-flag' }).length, 1);
    const wrongly = await run(folder, [...args, '--entity', 'none']);
    assert.equal(wrongly.code, 2);
    assert.match(wrongly.stderr, /"entity" must be "auto" or/);

    local.faults.set([{ kind: 'access-denied' }]);
    const denied = await run(folder, [...args, '--json'], env);
    assert.equal(denied.code, 1);
    const lines = denied.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(lines.at(-1).ok, false);
    assert.equal(lines.at(-1).policy.Effect, 'Allow');
    assert.deepEqual(
      lines
        .slice(0, -1)
        .map(({ check }) => check)
        .slice(0, 3),
      ['region', 'credentials', 'proxy'],
    );

    const wrong = await run(folder, ['--gruop', 'x']);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /--gruop.*--group/);
    const bad = await run(folder, ['--group', 'not a name!']);
    assert.equal(bad.code, 2);
    assert.match(bad.stderr, /logGroupName/);
    const help = await run(folder, ['--help']);
    assert.match(help.stdout, new RegExp(`^Usage: ${name} doctor --group <name>`));
  });
}
