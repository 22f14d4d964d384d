import assert from 'node:assert/strict';
import test from 'node:test';
import { compileFilterPattern } from '../../src/filter-pattern/compile.ts';

// Restated from https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html unless said otherwise.

const REQUEST = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';
const LINES = [
  'INFO 09/25/2014 12:00:00 GET /service/resource/67 1200',
  'INFO 09/25/2014 12:00:01 POST /service/resource/67/part/111 1310',
  'WARNING 09/25/2014 12:00:02 Invalid user request',
  'ERROR 09/25/2014 12:00:02 Failed to process request',
];

const fits = (pattern: string, message = REQUEST): boolean => compileFilterPattern(pattern).matches(message);
const lines = (pattern: string): number[] =>
  LINES.flatMap((line, index) => (fits(pattern, line) ? [index] : []));

test('brackets and double quotes hold a field together', () => {
  const pattern = '[ip, user, username, timestamp, request, status_code, bytes]';
  assert.deepEqual(compileFilterPattern(pattern).extract(REQUEST), {
    $ip: '127.0.0.1',
    $user: 'Prod',
    $username: 'frank',
    $timestamp: '10/Oct/2000:13:25:15 -0700',
    $request: 'GET /index.html HTTP/1.0',
    $status_code: '404',
    $bytes: '1534',
  });
});

test('fields can have conditions', () => {
  const fields = 'ip, user, username, timestamp';
  for (const [pattern, expected] of [
    [
      String.raw`[ip=%127\.0\.0\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes]`,
      true,
    ],
    [
      String.raw`[ip=%127\.0\.1\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes]`,
      false,
    ],
    [`[${fields}, request, status_code = 4* && status_code != 404, bytes]`, false],
    [`[${fields}, request = *html*, status_code = 404 || status_code = 410, bytes]`, true],
    [`[${fields}, request, status_code = 4* && bytes > 1000]`, 'refused'],
    [`[${fields}, request, status_code, bytes > 1000]`, true],
    [`[${fields}, request, status_code, bytes > 1534]`, false],
    [`[${fields}, request, status_code, bytes >= 1.534e3 && bytes <= 1534]`, true],
    [`[${fields}, request, status_code = 404.0, bytes]`, true],
    [`[${fields}, request, status_code = "404.0", bytes]`, false],
    [`[${fields}, request > 5, status_code, bytes]`, false],
    [`[${fields}, request = "GET*", status_code, bytes]`, true],
  ] as const) {
    if (expected === 'refused') {
      // The guide once had this example, and the service refused it:
      // https://github.com/awsdocs/amazon-cloudwatch-logs-user-guide/issues/21
      assert.throws(() => fits(pattern), { message: 'Invalid filter pattern' });
    } else assert.equal(fits(pattern), expected, pattern);
  }
});

test('an ellipsis stands for any number of fields', () => {
  assert.equal(fits('[..., request =*.html*, status_code = 4*, bytes]'), true);
  assert.equal(fits('[..., status_code, bytes = 1534]'), true);
  assert.equal(fits('[ip = 127*, ..., bytes = 1534]'), true);
  assert.equal(fits('[ip = 127*, user, ...]'), true);
  assert.equal(fits('[ip, ..., bytes = 404]'), false);
  assert.equal(fits('[...]'), true);
  assert.equal(fits('[a, b, ..., c]', '1 2'), false);
  assert.equal(fits('[a, b, ..., c = 3]', '1 2 3'), true);
});

test('fields without a name are counted', () => {
  const message = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';
  assert.deepEqual(compileFilterPattern('[..., request=*.html*, status_code=4*,]').extract(message), {
    $1: '127.0.0.1',
    $2: '-',
    $3: 'frank',
    $4: '10/Oct/2000:13:25:15 -0700',
    $request: 'GET /index.html HTTP/1.0',
    $status_code: '404',
    $7: '1534',
  });
});

test('the last field takes all that is left, so that a pattern can name the first words only', () => {
  assert.deepEqual(lines('[w1=ERROR, w2]'), [3]);
  assert.deepEqual(lines('[w1=ERROR || w1=WARNING, w2]'), [2, 3]);
  assert.deepEqual(lines('[w1!=ERROR && w1!=WARNING, w2]'), [0, 1]);
  assert.deepEqual(lines('[w1=ERROR]'), []);
  assert.equal(fits('[w1=ERROR, w2]', 'ERROR'), false);
  assert.deepEqual(compileFilterPattern('[level, rest]').extract('ERROR [a b] "c  d" e '), {
    $level: 'ERROR',
    $rest: '[a b] "c  d" e',
  });
});

test('regular expressions find items of a path', () => {
  assert.deepEqual(
    lines('[logLevel, date, time, method, url=%/service/resource/[0-9]+$%, response_time]'),
    [0],
  );
  assert.deepEqual(
    lines('[logLevel, date, time, method, url=%/service/resource/[0-9]+/part/[0-9]+$%, response_time]'),
    [1],
  );
});

test('patterns for what services of AWS log', () => {
  // From guides on functions and on flow logs.
  const report = 'REPORT RequestId: 5002d846\tDuration: 741.17 ms\tBilled Duration: 800 ms';
  assert.equal(fits('[report = REPORT, label, id, name = "Duration:", value > 700, ...]', report), true);
  assert.equal(fits('[timestamp=*Z, request_id="*-*", event]', '2026-01-01T00:00:00Z 1-2 a b c'), true);
  const flow =
    '2 123456789010 eni-1235b8ca 172.31.9.69 172.31.9.12 49761 3389 6 20 4249 1418530010 1418530070 REJECT OK';
  const names =
    'version, account, eni, source, destination, srcport, destport="3389", protocol="6", packets, bytes';
  assert.equal(fits(`[${names}, start, end, action="REJECT", status]`, flow), true);
  assert.equal(fits(`[${names}, start, end, action="ACCEPT", status]`, flow), false);
});

test('empty brackets are taken and match every event', () => {
  // The service takes the pattern: recorded by LocalStack's tests of subscription filters on AWS, February 2026.
  assert.equal(fits('[]', 'anything at all'), true);
});

test('a reference leads to a field that the pattern names', () => {
  const pattern = compileFilterPattern('[ip, ..., bytes]');
  assert.equal(pattern.reference('$bytes')?.(REQUEST), '1534');
  assert.equal(pattern.reference('$other'), undefined);
  assert.equal(compileFilterPattern('{ $.a = * }').reference('$.b.c')?.('{"a":1,"b":{"c":2.50}}'), '2.50');
  assert.equal(compileFilterPattern('{ $.a = * }').reference('$b'), undefined);
  assert.equal(compileFilterPattern('ERROR').reference('$.b'), undefined);
});

test('brackets and quotes that are never closed are words', () => {
  assert.deepEqual(compileFilterPattern('[a, b, c]').extract('[x "y z'), { $a: '[x', $b: '"y', $c: 'z' });
  assert.deepEqual(compileFilterPattern('[a, b, c]').extract('a [] ""'), { $a: 'a', $b: '', $c: '' });
  assert.deepEqual(compileFilterPattern('[a, b]').extract('k="v w" x'), { $a: 'k="v', $b: 'w" x' });
});

test('a message of brackets that are never closed takes time in proportion to its length', () => {
  const { matches } = compileFilterPattern('[a, ..., z]');
  const started = process.cpuUsage();
  for (const message of ['[ '.repeat(100_000), `] ${'[ '.repeat(100_000)}`, '" '.repeat(100_001)]) {
    assert.equal(matches(message), true);
  }
  const { user } = process.cpuUsage(started);
  assert.ok(user < 5_000_000, `${user} µs`);
});

const REFUSED: readonly [pattern: string, message: string | undefined, position: number][] = [
  ['[a, b', "If a filter pattern starts with '[' it must end with ']'", 5],
  ['[a b]', "Invalid character(s) in term 'b'", 3],
  ['[a, b c = 1]', "Invalid character(s) in term 'c'", 6],
  ['[..., a, ...]', undefined, 9],
  ['[a = ]', undefined, 5],
  ['[a == 1]', "Invalid character(s) in term '='", 4],
  ['[a = 1 && b = 2]', undefined, 10],
  ['[(a = 1)]', "Invalid character(s) in term '('", 1],
  ['[a = 1 || ]', undefined, 10],
  ['[a = x:y]', "Invalid character(s) in term ':'", 6],
  ['[$a]', "Invalid character(s) in term '$'", 1],
  ['[a > x]', "Invalid character(s) in term 'x'", 5],
  ['[a = "x]', undefined, 5],
  // Seen with the service: https://github.com/dougmoscrop/serverless-plugin-log-subscription/issues/47
  ['[a = “x“]', "Invalid character(s) in term '?'", 5],
];

for (const [pattern, message, position] of REFUSED) {
  test(`${pattern} is refused`, () => {
    assert.throws(() => compileFilterPattern(pattern), {
      name: 'FilterPatternError',
      message: message ?? 'Invalid filter pattern',
      position,
    });
  });
}
