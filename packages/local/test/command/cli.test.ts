import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FAULT_KINDS, startLocal } from '../../src/index.ts';
import { call, eventsOf, sdk, TARGET } from '../endpoint.ts';

// By its URL, because the program that the command runs has a folder of its own.
const TSX = import.meta.resolve('tsx');
const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

function run(t: TestContext, ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, ['--import', TSX, CLI, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

async function finished(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (data) => {
    out += data;
  });
  child.stderr?.on('data', (data) => {
    err += data;
  });
  const [code] = await once(child, 'close');
  return { code, out, err };
}

/** The lines that the command prints, one at a time. */
function lines(child: ChildProcess): () => Promise<string> {
  assert.ok(child.stdout);
  const iterator = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async () => String((await iterator.next()).value);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`the command announces its endpoint, names new streams and ends on ${signal}`, async (t) => {
    const child = run(t, '--port', '0', '--sequence-tokens', 'enforced', '--fault', 'throttle:0');
    const next = lines(child);
    const endpoint = /^CloudWatch Logs at (http:\/\/127\.0\.0\.1:\d+)$/.exec(await next())?.[1] ?? '';
    assert.notEqual(endpoint, '');
    assert.match(await next(), /^Open it in a browser/);
    assert.match(await next(), /Point an application/);
    assert.equal(await next(), `  export AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=${endpoint}`);
    assert.match(await next(), /AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1$/);
    assert.match(await next(), /AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local$/);
    assert.match(await next(), /AWS_DISABLE_HOST_PREFIX_INJECTION=true$/);
    assert.match(await next(), /^Faults are on, seed \d+\.$/);
    const target = { logGroupName: 'g', logStreamName: 's\u001b' };
    await call({ endpoint }, 'CreateLogGroup', target);
    await call({ endpoint }, 'CreateLogStream', target);
    assert.equal(await next(), 'new stream: "s\\u001b" in g');
    const put = () => call({ endpoint }, 'PutLogEvents', { ...target, logEvents: eventsOf(['secret']) });
    assert.equal((await put()).status, 200);
    assert.equal((await put()).body.__type, 'DataAlreadyAcceptedException');
    child.kill(signal);
    const [code] = await once(child, 'close');
    assert.equal(code, 0);
  });
}

test('--fault takes a kind, a wait and a share', async (t) => {
  const child = run(t, '--port=0', '--fault', 'hang-after@1:1', '--max-event-bytes', '262144');
  const next = lines(child);
  const endpoint = (await next()).replace('CloudWatch Logs at ', '');
  await call({ endpoint }, 'CreateLogGroup', { logGroupName: 'g' });
  await call({ endpoint }, 'CreateLogStream', { logGroupName: 'g', logStreamName: 's' });
  const logEvents = eventsOf(['a']);
  await assert.rejects(
    call({ endpoint }, 'PutLogEvents', { logGroupName: 'g', logStreamName: 's', logEvents }),
  );
  const stored = await call({ endpoint }, 'FilterLogEvents', { logGroupName: 'g' });
  assert.equal(stored.body.events.length, 1);
});

test('--fault takes what each kind needs after the @', async (t) => {
  const given = [
    'latency@1-3',
    'false-date@-60000',
    'empty-pages@2',
    'slow-read@4096:0.5',
    'read-lag',
    'quota@1',
  ];
  const child = run(t, '--port=0', ...given.flatMap((fault) => ['--fault', fault]));
  const endpoint = (await lines(child)()).replace('CloudWatch Logs at ', '');
  const reply = await call({ endpoint }, 'DescribeLogGroups', {});
  assert.equal(reply.status, 200);
  const behindMs = Date.now() - Date.parse(reply.headers.get('date') ?? '');
  assert.ok(behindMs >= 60_000 && behindMs < 70_000, String(behindMs));
});

test('--help names every kind of fault', async (t) => {
  const { code, out } = await finished(run(t, '--help'));
  assert.equal(code, 0);
  for (const kind of FAULT_KINDS) assert.match(out, new RegExp(`\\b${kind}\\b`));
});

test('a wrong option ends with one line that says what is wrong', async (t) => {
  for (const [args, message] of [
    [
      ['--fault', 'throtle'],
      /^cloudwatch-logs-local: --fault: 'throtle' is unknown, did you mean 'throttle'\?\n$/,
    ],
    [['--fault', 'throttle:2'], /^cloudwatch-logs-local: fault 'throttle': probability must be/],
    [['--port', 'abc'], /^cloudwatch-logs-local: --port must be a number, got 'abc'\n$/],
    [['--sequence-tokens', 'maybe'], /^cloudwatch-logs-local: startLocal: sequenceTokens must be/],
    [
      ['--prt', '1'],
      /^cloudwatch-logs-local: there is no option --prt, did you mean --port\?; --help lists them\n$/,
    ],
    [['--prot=1'], /there is no option --prot, did you mean --port\?/],
    [['--tial'], /there is no option --tial/],
    [['-x'], /there is no option -x/],
    [['--port'], /^cloudwatch-logs-local: .*--port.*argument missing/],
    [['4590'], /'4590' is no option; for a port write --port 4590\n$/],
    [['node', 'app.js'], /write -- before it: cloudwatch-logs-local -- node app\.js\n$/],
    [['--'], /the program is missing after --/],
    [
      ['--credentials', 'secret-alone'],
      /^cloudwatch-logs-local: --credentials must be <id:secret>, <id:secret:token> or env\n$/,
    ],
    [['--credentials', 'env'], /--credentials env needs AWS_ACCESS_KEY_ID/],
    [['--region', 'Mars'], /region must be a region/],
    [['--account-id', '12'], /accountId must be 12 digits/],
  ] as const) {
    const { code, err } = await finished(run(t, ...args));
    assert.equal(code, 1);
    assert.match(err, message);
  }
});

test('--version is that of the package', async (t) => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  assert.deepEqual(await finished(run(t, '--version')), { code: 0, out: `${version}\n`, err: '' });
});

test('a port in use names the way out', async (t) => {
  const other = await startLocal();
  t.after(() => other.close());
  const { code, err } = await finished(run(t, '--port', String(other.port)));
  assert.equal(code, 1);
  assert.match(err, new RegExp(`port ${other.port} is in use.*--port ${other.port + 1}.*--port 0`));
});

test('a host that others can reach is warned about', async (t) => {
  const child = run(t, '--port=0', '--host', '0.0.0.0');
  const [warning] = await once(createInterface({ input: child.stderr as Readable }), 'line');
  assert.match(
    warning,
    /0\.0\.0\.0 is not this machine alone: everyone who reaches port \d+ can read, write/,
  );
});

test('--region, --account-id and --credentials are those of the endpoint', async (t) => {
  const args = ['--region', 'eu-west-1', '--account-id', '000000000001', '--credentials', 'AKID:se/cret'];
  const child = run(t, '--port=0', ...args);
  const next = lines(child);
  const endpoint = (await next()).replace('CloudWatch Logs at ', '');
  const unsigned = await call({ endpoint }, 'CreateLogGroup', { logGroupName: 'g' });
  assert.equal(unsigned.body.__type, 'MissingAuthenticationTokenException');
  const credentials = { accessKeyId: 'AKID', secretAccessKey: 'se/cret' };
  const client = sdk(t, { endpoint }, { region: 'eu-west-1', credentials });
  await client.createLogGroup({ logGroupName: 'g' });
  const { logGroups } = await client.describeLogGroups({});
  assert.equal(logGroups?.[0]?.logGroupArn, 'arn:aws:logs:eu-west-1:000000000001:log-group:g');
});

test('--log-requests prints a line for each request', async (t) => {
  const child = run(t, '--port=0', '--log-requests');
  const next = lines(child);
  const endpoint = (await next()).replace('CloudWatch Logs at ', '');
  await call({ endpoint }, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(['secret']) });
  let line = await next();
  while (!line.includes('PutLogEvents')) line = await next();
  assert.match(
    line,
    /^\d{4}-\d\d-\d\dT[\d:.]+Z {2}PutLogEvents {2}ResourceNotFoundException {2}[\d.]+ ms {2}\d+ bytes {2}1 events {2}"app" "one"/,
  );
  assert.doesNotMatch(line, /secret/);
});

test('--tail prints what comes in, what matches if there is a pattern, and nothing that a terminal obeys', async (t) => {
  for (const [args, expected] of [
    [['--tail'], ['wanted \u001b[31mred', 'other \\x1b]0;title\\x07', '-x']],
    [['--tail', 'wanted', '--seed', '1'], ['wanted \u001b[31mred']],
    [['--tail=-wanted -other'], ['-x']],
  ] as const) {
    const child = run(t, '--port=0', ...args);
    const next = lines(child);
    const endpoint = (await next()).replace('CloudWatch Logs at ', '');
    await call({ endpoint }, 'CreateLogGroup', { logGroupName: 'app' });
    await call({ endpoint }, 'CreateLogStream', TARGET);
    const messages = ['wanted \u001b[31mred', 'other \u001b]0;title\u0007', '-x'];
    await call({ endpoint }, 'PutLogEvents', { ...TARGET, logEvents: eventsOf(messages) });
    const seen: string[] = [];
    while (seen.length < expected.length) {
      const [, message] = /^\S+Z app one (.*)$/.exec(await next()) ?? [];
      if (message !== undefined) seen.push(message);
    }
    assert.deepEqual(seen, expected);
  }
  const { code, err } = await finished(run(t, '--port=0', '--tail', '{ $.a = '));
  assert.equal(code, 1);
  assert.match(err, /^cloudwatch-logs-local: --tail: .*, at character \d+: /);
});
