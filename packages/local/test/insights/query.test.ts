import assert from 'node:assert/strict';
import test from 'node:test';
import { Query } from '../../src/insights/query.ts';

// After https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html unless said otherwise.

const NOW = Date.UTC(2026, 0, 15, 12);

const EVENTS = [
  { level: 'info', path: '/a', ms: 12, ok: true, user: { id: 7, tags: ['x', 'y'] }, 'a.b': 'dotted' },
  { level: 'error', path: '/b', ms: 250.5, ok: false, reason: 'Timeout' },
  { level: 'info', path: '/a', ms: '30' },
  { level: 'error', path: '/a', ms: 40, reason: 'refused' },
  { level: 'warn', path: '/c' },
].map((event) => JSON.stringify(event));

/** Rows of a query over `messages`, of which each is a minute after the one before; without `@ptr`. */
function run(text: string, messages: readonly string[] = EVENTS, limit?: number): Record<string, string>[] {
  const query = new Query(text).start(limit);
  for (const [index, message] of [...messages.entries()].reverse()) {
    query.add({
      timestamp: NOW + index * 60_000,
      ingestionTime: NOW + index * 60_000 + 5,
      message,
      logStreamName: `stream-${index % 2}`,
      log: '123456789012:app',
      pointer: () => `pointer-${index}`,
    });
  }
  return query.result().map((row) => {
    const { '@ptr': _, ...fields } = Object.fromEntries(row.map(({ field, value }) => [field, value]));
    return fields;
  });
}

/** The values of the only column. */
const column = (text: string, messages?: readonly string[]): (string | undefined)[] =>
  run(text, messages).map((row) => Object.values(row)[0]);

test('without commands that say otherwise the newest come first, with time and message', () => {
  assert.deepEqual(run('limit 1'), [{ '@timestamp': '2026-01-15 12:04:00.000', '@message': EVENTS[4] }]);
  assert.equal(run('fields path').length, 5);
});

test('fields shows what is asked for, and leaves out what an event does not have', () => {
  assert.deepEqual(run('fields level, ms | fields path | limit 2'), [
    { level: 'warn', path: '/c' },
    { level: 'error', ms: '40', path: '/a' },
  ]);
  assert.deepEqual(run('fields @ingestionTime, @logStream, @log | limit 1'), [
    { '@ingestionTime': '2026-01-15 12:04:00.005', '@logStream': 'stream-0', '@log': '123456789012:app' },
  ]);
});

test('fields of JSON are reached by dots, and others by backticks', () => {
  assert.deepEqual(run('fields user.id, user.tags.1, `a.b`, ok | filter ispresent(user.id)'), [
    { 'user.id': '7', 'user.tags.1': 'y', 'a.b': 'dotted', ok: '1' },
  ]);
  assert.deepEqual(column('fields `x-y` | limit 1', ['{"x-y":"dashed"}']), ['dashed']);
});

test('display decides alone what is shown', () => {
  assert.deepEqual(run('fields level, ms | display path | limit 1'), [{ path: '/c' }]);
});

test('every row that stands for an event has its pointer', () => {
  const query = new Query('fields level | limit 1').start(undefined);
  query.add({
    timestamp: 0,
    ingestionTime: 0,
    message: '{"level":"a"}',
    logStreamName: '',
    log: '',
    pointer: () => 'p',
  });
  assert.deepEqual(query.result(), [
    [
      { field: 'level', value: 'a' },
      { field: '@ptr', value: 'p' },
    ],
  ]);
});

const FILTERS: readonly [condition: string, ms: readonly (string | undefined)[]][] = [
  ['level = "error"', ['40', '250.5']],
  ["level = 'error' and path = '/b'", ['250.5']],
  ['level = "error" or level = "info"', ['40', '30', '250.5', '12']],
  ['path = "/a" and (level = "error" or ms < 20)', ['40', '12']],
  ['not level = "error" and ispresent(ms)', ['30', '12']],
  ['ms > 30', ['40', '250.5']],
  ['ms >= 30 and ms <= 40', ['40', '30']],
  ['ms = 30', ['30']],
  ['ms != 30', [undefined, '40', '250.5', '12']],
  ['reason like /^T/', ['250.5']],
  ['reason like "out"', ['250.5']],
  ['reason like /(?i)REFUSED/', ['40']],
  ['reason =~ /time|ref/', ['40']],
  ['ispresent(reason) and reason not like /out$/', ['40']],
  ['level in ["info", "warn"] and ispresent(ms)', ['30', '12']],
  ['level not in ["info", "warn"]', ['40', '250.5']],
  ['ok = 1', ['12']],
  ['ok = true', ['12']],
  ['ok = false', ['250.5']],
  ['isempty(ms)', [undefined]],
  ['strlen(reason) = 7 and strcontains(reason, "e")', ['40', '250.5']],
  ['@message like "Timeout"', ['250.5']],
  ['@logStream = "stream-1" and ms + 10 = 50', ['40']],
  ['(ms - 10) * 2 ^ 2 / 4 % 7 = 2', ['40', '12']],
  ['ms > -1 and abs(0 - ms) < 13', ['12']],
  ['@timestamp < 1768478400000 + 61000', ['250.5', '12']],
];

for (const [condition, expected] of FILTERS) {
  test(`filter ${condition}`, () => {
    const rows = run(`fields ms | filter ${condition}`);
    assert.deepEqual(
      rows.map(({ ms }) => ms),
      expected,
    );
  });
}

test('several filters must all hold', () => {
  assert.deepEqual(column('filter level = "error" | filter path = "/b" | fields ms'), ['250.5']);
});

test('sort orders numbers as numbers and texts as texts, by several keys', () => {
  assert.deepEqual(column('filter ispresent(ms) | sort ms | fields ms'), ['12', '30', '40', '250.5']);
  assert.deepEqual(column('filter ispresent(ms) | sort ms desc | fields ms'), ['250.5', '40', '30', '12']);
  assert.deepEqual(column('filter ispresent(ms) | sort path, ms desc | fields ms'), [
    '40',
    '30',
    '12',
    '250.5',
  ]);
  assert.deepEqual(column('sort level asc, @timestamp asc | fields level'), [
    'error',
    'error',
    'info',
    'info',
    'warn',
  ]);
});

test('limit takes the first rows, and the limit of the request stands in for it', () => {
  assert.equal(run('limit 2').length, 2);
  assert.equal(run('fields @message', EVENTS, 3).length, 3);
  assert.equal(run('limit 4', EVENTS, 3).length, 4);
});

test('dedup keeps the first of each set of values, and all in which one is missing', () => {
  assert.deepEqual(run('fields level | dedup level'), [
    { level: 'warn' },
    { level: 'error' },
    { level: 'info' },
  ]);
  assert.deepEqual(run('fields level, path | dedup level, path | limit 9').length, 4);
  assert.deepEqual(column('sort @timestamp | fields reason, level | dedup reason').length, 5);
  assert.deepEqual(run('fields ms | sort ms | dedup level'), [{}, { ms: '12' }, { ms: '40' }]);
});

test('stats counts by fields, with names as they are written or given', () => {
  assert.deepEqual(run('stats count(*) by level'), [
    { level: 'warn', 'count(*)': '1' },
    { level: 'error', 'count(*)': '2' },
    { level: 'info', 'count(*)': '2' },
  ]);
  assert.deepEqual(run('stats count() as n, count(ms) as m'), [{ n: '5', m: '4' }]);
  assert.deepEqual(run('filter level = "none" | stats count(*) by level'), []);
});

test('stats has the functions of the language', () => {
  assert.deepEqual(
    run(
      'stats sum(ms) as s, avg(ms) as a, min(ms) as lo, max(ms) as hi, pct(ms, 50) as p, median(ms) as m, count_distinct(path) as d, earliest(level) as e, latest(level) as l, sortsFirst(path) as f, sortsLast(path) as z',
    ),
    [
      {
        s: '332.5',
        a: '83.125',
        lo: '12',
        hi: '250.5',
        p: '35',
        m: '35',
        d: '3',
        e: 'info',
        l: 'warn',
        f: '/a',
        z: '/c',
      },
    ],
  );
  assert.deepEqual(run('filter path = "/a" | stats stddev(ms) as s | display floor(s) as s'), [{ s: '11' }]);
  assert.deepEqual(run('stats sum(ms) / count(ms) + 1 as average'), [{ average: '84.125' }]);
});

test('stats groups by time', () => {
  assert.deepEqual(run('stats count(*) as n by bin(2m)'), [
    { 'bin(2m)': '2026-01-15 12:04:00.000', n: '1' },
    { 'bin(2m)': '2026-01-15 12:02:00.000', n: '2' },
    { 'bin(2m)': '2026-01-15 12:00:00.000', n: '2' },
  ]);
  assert.deepEqual(run('stats count(*) as n by bin(1h) as hour, level | sort n, level | limit 1'), [
    { hour: '2026-01-15 12:00:00.000', level: 'warn', n: '1' },
  ]);
});

test('commands after stats see what it made', () => {
  assert.deepEqual(run('stats count(*) as n by level | filter n > 1 | sort level | fields n * 10 as tens'), [
    { level: 'error', n: '2', tens: '20' },
    { level: 'info', n: '2', tens: '20' },
  ]);
  assert.deepEqual(run('stats count(*) as n by level | stats max(n) as most'), [{ most: '2' }]);
});

test('parse takes fields out of messages', () => {
  const lines = ['[INFO] user=ann took 12 ms', '[WARN] user=bob took 700 ms', 'something else'];
  assert.deepEqual(
    run('parse @message "[*] user=* took * ms" as level, user, ms | display level, user, ms', lines),
    [{}, { level: 'WARN', user: 'bob', ms: '700' }, { level: 'INFO', user: 'ann', ms: '12' }],
  );
  assert.deepEqual(
    run(
      String.raw`parse @message /user=(?<user>\w+) took (?<ms>\d+)/ | filter ms > 100 | display user`,
      lines,
    ),
    [{ user: 'bob' }],
  );
  assert.deepEqual(run('parse "user=*" as rest | filter ispresent(rest) | display rest | limit 1', lines), [
    { rest: 'bob took 700 ms' },
  ]);
  assert.deepEqual(run('parse path "/*" as name | stats count(*) as n by name | sort name | limit 1'), [
    { name: 'a', n: '3' },
  ]);
});

test('functions on texts, numbers and times', () => {
  const [row] = run(
    'fields toupper(level) as a, tolower("X") as b, trim("  x ") as c, ltrim("--x", "-") as d, rtrim("x--", "-") as e, concat(level, "-", path) as f, replace(path, "/", ":") as g, substr(level, 1, 2) as h, coalesce(reason, "none") as i, greatest(1, 3, 2) as j, least(1, 3) as k, ceil(1.2) as l, sqrt(9) as m, datefloor(@timestamp, 1h) as n, dateceil(@timestamp, 1h) as o, tomillis(@timestamp) as p, frommillis(0) as q, if(ispresent(reason), 1, 0) as r, isblank(" ") as s, -3 as t | limit 1',
  );
  assert.deepEqual(row, {
    a: 'WARN',
    b: 'x',
    c: 'x',
    d: 'x',
    e: 'x',
    f: 'warn-/c',
    g: ':c',
    h: 'ar',
    i: 'none',
    j: '3',
    k: '1',
    l: '2',
    m: '3',
    n: '2026-01-15 12:00:00.000',
    o: '2026-01-15 13:00:00.000',
    p: String(NOW + 240_000),
    q: '1970-01-01 00:00:00.000',
    r: '0',
    s: '1',
    t: '-3',
  });
});

test('a pipe in quotes, comments and line ends do not separate commands', () => {
  assert.deepEqual(column('fields x # what | for\n | filter x = "a|b"\n\n| limit 1', ['{"x":"a|b"}']), [
    'a|b',
  ]);
});

const REFUSED: readonly [query: string, start: number, message: RegExp][] = [
  ['', 0, /^unexpected symbol found the end at line 1 and position 0$/],
  ['unmask(@message)', 0, /^unexpected symbol found unmask/],
  ['fields a | pattern @message', 11, /found pattern at line 1 and position 11$/],
  ['fields a\n| diff', 11, /found diff at line 2 and position 2$/],
  ['fields a |', 10, /the end/],
  ['fields', 6, /the end/],
  ['fields a, , b', 10, /found ,/],
  ['fields a b', 9, /found b/],
  ['filter a = ', 11, /the end/],
  ['filter a == 1', 10, /found =/],
  ['filter a like b', 14, /found b/],
  ['filter a not b', 13, /found b/],
  ['filter a like /(/', 14, /invalid regular expression/],
  ['filter a like /x', 14, /never|not closed/],
  ['filter a = "x', 11, /not closed/],
  ['filter (a = 1', 13, /expected \)/],
  ['filter a in [1, 2', 17, /expected \]/],
  ['filter count(*) > 1', 7, /count/],
  ['fields md5(a)', 7, /md5/],
  ['fields substr(a)', 7, /wrong number of arguments of substr/],
  ['stats level', 11, /stats needs a function/],
  ['stats avg() by a', 10, /found \)/],
  ['stats count(sum(a))', 12, /sum/],
  ['stats count(*) by bin(5)', 22, /period/],
  ['stats count(*) by bin(1mo)', 22, /period/],
  ['stats count(*) by a | stats count(*) by b | stats count(*)', 44, /found stats/],
  ['limit 0', 7, /limit takes/],
  ['limit x', 6, /limit takes/],
  ['limit 100001', 12, /limit takes/],
  ['dedup a | sort b', 10, /found sort/],
  ['parse @message "a*"', 19, /expected as/],
  ['parse @message "a*b*" as x', 6, /2 wildcards and 1 names/],
  ['parse @message /a(b)/', 6, /named groups/],
  ['parse @message', 14, /expected a text/],
  ['SOURCE logGroups() | fields a', 0, /SOURCE/],
];

for (const [query, start, message] of REFUSED) {
  test(`refused: ${query.replace('\n', ' ')}`, () => {
    assert.throws(
      () => new Query(query),
      (error: Error & { start?: number }) => {
        assert.equal(error.name, 'QueryError', String(error));
        assert.match(error.message, message);
        assert.equal(error.start, start, error.message);
        return true;
      },
    );
  });
}
