import assert from 'node:assert/strict';
import test from 'node:test';
import { compileFilterPattern } from '../../src/filter-pattern/compile.ts';

const GUIDE = 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html';
/** Answers of TestMetricFilter that others wrote down in their tests against the service. */
const SEEN = 'seen with TestMetricFilter';

const TRAIL = {
  eventType: 'UpdateTrail',
  sourceIPAddress: '111.111.111.111',
  arrayKey: ['value', 'another value'],
  objectList: [
    { name: 'a', id: 1 },
    { name: 'b', id: 2 },
  ],
  SomeObject: null,
  ThisFlag: true,
  ThatFlag: false,
  'cluster.name': 'c',
};

const USERS = {
  user: { id: 1, email: 'John.Stiles@example.com' },
  users: [
    { id: 2, email: 'John.Doe@example.com' },
    { id: 3, email: 'Jane.Doe@example.com' },
  ],
  actions: ['GET', 'PUT', 'DELETE'],
  coordinates: [
    [0, 1, 2],
    [4, 5, 6],
    [7, 8, 9],
  ],
};

/** Written out, since `12.0` is a text of its own. */
const NUMBERS = `{ "someInt": 123, "someFloat": 12.34, "someFloat2": 12.0, "number": [1000, 0.001], "big": 1e3,
  "negative": -5, "text": "12.0", "someObject": {}, "someArray": [], "nested": { "number": 7.50 } }`;

const CASES: readonly [source: string, event: string, fits: readonly string[], fitsNot: readonly string[]][] =
  [
    [
      GUIDE,
      JSON.stringify(TRAIL),
      [
        '{ $.eventType = "UpdateTrail" }',
        '{ $.sourceIPAddress != 123.123.* }',
        '{ $.arrayKey[0] = "value" }',
        '{ $.objectList[1].id = 2 }',
        '{ $.eventType = %Trail% }',
        '{ $.arrayKey[*] = %val.{2}% }',
        String.raw`{ $.* = %111\.111\.111\.1[0-9]{1,2}% }`,
        '{ $.[\'cluster.name\'] = "c" }',
        '{ $.SomeObject IS NULL }',
        '{ $.SomeOtherObject NOT EXISTS }',
        '{ $.ThisFlag IS TRUE }',
        '{ $.ThatFlag IS FALSE }',
        '{$.eventType=UpdateTrail}',
        '{ $.objectList[*].name = b }',
        '{ $.eventType = Update* && $.eventType = *Trail && $.eventType = *dateT* && $.eventType = * }',
      ],
      [
        '{ $.eventType = "updatetrail" }',
        '{ $.eventType != "UpdateTrail" }',
        '{ $.eventType = "Update" }',
        '{ $.sourceIPAddress = 123.123.* }',
        '{ $.arrayKey[0] = "another value" }',
        '{ $.arrayKey[2] = * }',
        '{ $.objectList[1].id = 1 }',
        '{ $.eventType = %^Trail% }',
        '{ $.arrayKey[*] = %^val$% }',
        '{ $.cluster.name = "c" }',
        '{ $.eventType IS NULL }',
        '{ $.SomeOtherObject IS NULL }',
        '{ $.SomeObject NOT EXISTS }',
        '{ $.ThisFlag IS FALSE }',
        '{ $.ThatFlag IS TRUE }',
        '{ $.eventType IS TRUE }',
        // A selector must lead to a string or a number: to others neither = nor != applies.
        '{ $.arrayKey = "value" }',
        '{ $.arrayKey != "value" }',
        '{ $.SomeObject != "x" }',
        '{ $.ThisFlag = true }',
        '{ $.ThisFlag != x }',
        '{ $.toString != x }',
        '{ $.constructor.name = * }',
      ],
    ],
    [
      GUIDE,
      JSON.stringify(USERS),
      [
        '{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }',
        '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch" && $.actions[2] = "nonmatch" }',
        '{ $.coordinates[1][0] = 4 && $.coordinates[2][2] >= 9 }',
        '{ (($.user.id = 2) || ($.user.id = 1)) }',
      ],
      [
        '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch) && $.actions[2] = nonmatch }',
        '{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }',
        '{ $.users = 1 }',
        '{ $.users != 1 }',
      ],
    ],
    [
      GUIDE,
      NUMBERS,
      [
        '{ $.someInt > 75 }',
        '{ $.someInt < 500 && $.someInt <= 123 && $.someInt >= 123 && $.someInt != 500 }',
        '{ $.number[0] = 1e+3 && $.number[0] = 10e2 && $.number[0] = +1000 }',
        '{ $.number[1] = 1e-3 && $.number[0] != 1e-3 }',
        '{ $.someFloat <= 55.5 && $.negative < -4.9 }',
        '{ $.big = 1000 }',
      ],
      [
        '{ $.someInt > 123 }',
        '{ $.someInt < 123 }',
        '{ $.someInt = 1230 }',
        '{ $.missing < 5 }',
        '{ $.text > 1 }',
      ],
    ],
    [
      SEEN,
      NUMBERS,
      [
        '{ $.someInt = "123" }',
        '{ $.someInt != "123.0" }',
        '{ $.someInt = 123.0 }',
        '{ $.someInt = "12*" && $.someInt = *23 && $.someInt = "*" }',
        '{ $.someInt != 3* && $.someInt != "*321" }',
        '{ $.someFloat = "12.*" && $.someFloat = *.34 }',
        '{ $.someFloat2 = 12 }',
        '{ $.someFloat2 != "12" }',
        '{ $.someFloat2 = "12.0" && $.nested.number = "7.50" }',
        '{ $.someFloat      <=     100.0 }',
      ],
      [
        '{ $.someInt = "123.00" }',
        '{ $.someInt != 123 }',
        '{ $.someInt != "123" }',
        '{ $.notThere = "x" }',
        '{ $.notThere != "x" }',
        '{ $.someObject = "x" }',
        '{ $.someObject != "x" }',
        '{ $.someArray != "x" }',
        '{ $.someInt[0] = 1 }',
      ],
    ],
    // Patterns of the CIS AWS Foundations Benchmark, on an event of CloudTrail.
    [
      'CIS AWS Foundations Benchmark',
      JSON.stringify({
        eventSource: 's3.amazonaws.com',
        eventName: 'PutBucketAcl',
        errorCode: 'AccessDenied',
        userIdentity: { type: 'Root' },
        eventType: 'AwsApiCall',
      }),
      [
        '{ ($.eventSource = s3.amazonaws.com) && (($.eventName = PutBucketAcl) || ($.eventName = DeleteBucketCors)) }',
        '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
        '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }',
        '{($.eventName=DisableKey)||($.eventName=PutBucketAcl)}',
      ],
      [
        '{($.eventSource = kms.amazonaws.com) && (($.eventName=DisableKey)||($.eventName=ScheduleKeyDeletion)) }',
      ],
    ],
  ];

for (const [source, event, fits, fitsNot] of CASES) {
  for (const [expected, patterns] of [
    [true, fits],
    [false, fitsNot],
  ] as const) {
    for (const pattern of patterns) {
      test(`${pattern} ${expected ? 'fits' : 'does not fit'} (${source})`, () => {
        assert.equal(compileFilterPattern(pattern).matches(event), expected);
      });
    }
  }
}

test('a quoted value takes a backslash and the quotes behind it', () => {
  const { matches } = compileFilterPattern(String.raw`{ $.text = "error \"message\" \\" }`);
  assert.equal(matches(JSON.stringify({ text: 'error "message" \\' })), true);
});

test('messages that are no JSON object never fit', () => {
  const { matches } = compileFilterPattern('{ $.a NOT EXISTS }');
  for (const message of ['text', '', '[1]', '"a"', '1', 'null', '{', '{"b":1} and more', 'x {"b":1}']) {
    assert.equal(matches(message), false, message);
  }
  assert.equal(matches(' \n{"b":1}'), true);
});

test('a wildcard stands for any characters, also none, and pieces are found in their order', () => {
  const fits = (value: string, text: string): boolean =>
    compileFilterPattern(`{ $.t = ${value} }`).matches(JSON.stringify({ t: text }));
  assert.equal(fits('"a*b*c"', 'abc'), true);
  assert.equal(fits('"a*b*c"', 'a-c-b-c'), true);
  assert.equal(fits('"a*b*c"', 'acb'), false);
  assert.equal(fits('"a*a"', 'a'), false);
  assert.equal(fits('*.html', 'a.html.html'), true);
  assert.equal(fits('"*a*a*"', 'a'), false);
  assert.equal(fits('"(*.*)"', '(a.b)'), true);
});

const REFUSED: readonly [pattern: string, message: string | undefined, position: number][] = [
  // Seen with the service: https://github.com/jorgebastida/awslogs/issues/210
  ['{ $.a = 1', "If a filter pattern starts with '{' it must end with '}'", 9],
  ['{', "If a filter pattern starts with '{' it must end with '}'", 1],
  ['{}', undefined, 1],
  ['{ $ = 1 }', "Invalid character(s) in term ' '", 3],
  // Seen with the service.
  ['{ $."sc-status" = 5* }', `Invalid character(s) in term '$."'`, 4],
  ['{ $.a >= "someString" }', `Invalid character(s) in term '"someString"'`, 9],
  ['{ $.a >= someString }', "Invalid character(s) in term 'someString'", 9],
  ['{ $.a > * }', "Invalid character(s) in term '*'", 8],
  ['{ $.a > %x% }', "Invalid character(s) in term '%'", 8],
  ['{ a = 1 }', "Invalid character(s) in term 'a'", 2],
  ['{ $.a == 1 }', "Invalid character(s) in term '='", 7],
  ['{ $.a = }', undefined, 8],
  ['{ $.a }', undefined, 6],
  ['{ $.a EXISTS }', undefined, 6],
  ['{ $.a IS NOT NULL }', undefined, 6],
  ['{ $.a IS null }', undefined, 6],
  ['{ $.a LIKE "x" }', undefined, 6],
  ['{ $.a = "x }', undefined, 8],
  ['{ $.a = x y }', "Invalid character(s) in term 'y'", 10],
  ['{ $.a = /x }', "Invalid character(s) in term '/'", 8],
  ['{ $.a = x/y }', "Invalid character(s) in term '/'", 9],
  ['{ $.a = 1 & $.b = 2 }', "Invalid character(s) in term '&'", 10],
  ['{ $.a = 1 && }', undefined, 13],
  ['{ ($.a = 1 }', undefined, 2],
  ['{ $.a = 1) }', "Invalid character(s) in term ')'", 9],
  ['{ !($.a = 1) }', "Invalid character(s) in term '!'", 2],
  ['{ $[0] = 1 }', "Invalid character(s) in term '['", 3],
  ['{ $.a[-1] = 1 }', "Invalid character(s) in term '-'", 6],
  ['{ $.a[1 = 1 }', "Invalid character(s) in term '1'", 6],
  ['{ $.a. = 1 }', undefined, 6],
  ['{ $.@l = 1 }', "Invalid character(s) in term '$.@'", 4],
  ['{ $.["a.b"] = 1 }', `Invalid character(s) in term '$.['`, 4],
  ["{ $.['a = 1 }", undefined, 6],
  ['{ $.*.a[*] = 1 }', undefined, 2],
  ['{ $.* = 1 || $.a[*] = 1 || $.b.* = 1 || $.c[*] = 1 }', undefined, 40],
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

test('three wildcards in a pattern are taken', () => {
  assert.doesNotThrow(() => compileFilterPattern('{ $.* = 1 || $.a[*] = 1 || $.b.* = 1 }'));
});

test('parentheses nest as deeply as a pattern can hold them', () => {
  const pattern = `{${'('.repeat(505)}$.a = 1${')'.repeat(505)}}`;
  assert.equal(compileFilterPattern(pattern).matches('{"a":1}'), true);
});
