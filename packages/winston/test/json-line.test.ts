import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import vm from 'node:vm';
import fc from 'fast-check';
import { examine, stringifyRecord } from '../src/json-line.ts';
import { type LogInfo, SPLAT } from '../src/log-info.ts';
import { anything } from './anything.ts';

function written(info: object): Record<string, unknown> {
  const { plain } = examine(info as LogInfo);
  return JSON.parse(stringifyRecord(plain, info as LogInfo));
}

function valueWritten(value: unknown): unknown {
  return written({ value }).value;
}

interface WrittenError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly code?: string;
  readonly cause?: WrittenError;
  readonly errors?: readonly WrittenError[];
}

function errorWritten(value: unknown): WrittenError & Record<string, unknown> {
  return valueWritten(value) as WrittenError & Record<string, unknown>;
}

describe('a record as JSON', () => {
  it('is not copied when it holds only plain data', () => {
    const info = { level: 'info', message: 'x', a: [1, { b: null }], ok: true };
    const { lossy, plain } = examine(info);
    assert.equal(plain, info);
    assert.equal(lossy, false);
  });

  it('is never changed', () => {
    const info = { level: 'info', a: { b: new Error('x'), c: [1n] }, e: new Map([['k', 1]]) };
    const before = { ...info };
    written(info);
    assert.deepEqual(info, before);
    assert.ok(info.a.b instanceof Error);
    assert.deepEqual(info.a.c, [1n]);
  });

  it('keeps message, name, stack, code and other fields of an error at any depth', () => {
    const error = Object.assign(new TypeError('no'), { code: 'E_NO', status: 4 });
    const { deep } = written({ deep: [{ er: error }] }) as {
      deep: [{ er: WrittenError & { status: number } }];
    };
    assert.equal(deep[0].er.name, 'TypeError');
    assert.equal(deep[0].er.message, 'no');
    assert.equal(deep[0].er.code, 'E_NO');
    assert.equal(deep[0].er.status, 4);
    assert.equal(deep[0].er.stack, error.stack);
  });

  it('keeps the chain of causes and the errors of an AggregateError', () => {
    const root = new RangeError('root');
    const error = errorWritten(new Error('top', { cause: new Error('middle', { cause: root }) }));
    assert.equal(error.cause?.message, 'middle');
    assert.equal(error.cause?.cause?.name, 'RangeError');
    const many = errorWritten(new AggregateError([new Error('one'), new TypeError('two')], 'many'));
    assert.deepEqual(
      many.errors?.map(({ name, message }) => `${name}: ${message}`),
      ['Error: one', 'TypeError: two'],
    );
  });

  it('ends at an error that is its own cause', () => {
    const error = new Error('loop');
    error.cause = error;
    assert.equal(errorWritten(error).cause, '[Circular]');
    assert.equal(written(error).cause, '[Circular]');
  });

  it('knows the error of another realm', () => {
    const error = errorWritten(vm.runInNewContext('new TypeError("from elsewhere")'));
    assert.equal(error.message, 'from elsewhere');
    assert.equal(error.name, 'TypeError');
  });

  it('lets an error tell of itself by toJSON, and keeps its message and stack', () => {
    class HttpError extends Error {
      request = { huge: true };
      toJSON() {
        return { status: 502 };
      }
    }
    const error = errorWritten(new HttpError('bad gateway'));
    assert.equal(error.message, 'bad gateway');
    assert.equal(error.status, 502);
    assert.equal(typeof error.stack, 'string');
    assert.equal(error.request, undefined);
  });

  it('keeps an error that is the record itself, with its level first', () => {
    const info = Object.assign(new Error('x', { cause: new Error('why') }), { level: 'error' });
    const record = written(info);
    assert.deepEqual(Object.keys(record), ['level', 'name', 'message', 'stack', 'cause']);
    assert.equal(record.level, 'error');
    assert.equal(record.message, 'x');
  });

  it('keeps errors that were passed as arguments and that winston left out', () => {
    const error = new AggregateError([new Error('inner')], 'agg');
    const merged = { level: 'error', message: 'ctx agg', stack: error.stack, [SPLAT]: [error] };
    assert.equal(written(merged).name, 'AggregateError');
    assert.equal((written(merged).errors as WrittenError[])[0].message, 'inner');
    const unmerged = written({ level: 'error', message: '%s', [SPLAT]: ['a', error] });
    assert.equal((unmerged.error as WrittenError).message, 'agg');
    const two = written({ message: 'm', [SPLAT]: [new Error('a'), new Error('b')] });
    assert.deepEqual(
      (two.error as WrittenError[]).map(({ message }) => message),
      ['a', 'b'],
    );
  });

  it('keeps an argument that stands in the record already only once', () => {
    const err = new Error('x');
    assert.deepEqual(Object.keys(written({ message: 'm', err, [SPLAT]: [{ err }] })), ['message', 'err']);
    assert.deepEqual(Object.keys(written({ message: 'm', err, [SPLAT]: [err] })), ['message', 'err']);
  });

  const odd: [string, unknown, unknown][] = [
    ['a BigInt', 12345678901234567890n, '12345678901234567890'],
    ['a Map with text keys', new Map([['a', new Map([['b', 1]])]]), { a: { b: 1 } }],
    ['a Map with other keys', new Map([[{ k: 1 }, 2]]), [[{ k: 1 }, 2]]],
    ['a Set', new Set([1, 'b']), [1, 'b']],
    ['a Date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['an invalid Date', new Date(Number.NaN), 'Invalid Date'],
    ['a Buffer', Buffer.from('hello'), '[Buffer: 5 bytes 68656c6c6f]'],
    ['a long Buffer', Buffer.alloc(1e6), `[Buffer: 1000000 bytes ${'00'.repeat(32)}…]`],
    ['an ArrayBuffer', new ArrayBuffer(2), '[ArrayBuffer: 2 bytes 0000]'],
    ['a RegExp', /a+/g, '/a+/g'],
    ['a Symbol', Symbol('s'), 'Symbol(s)'],
    ['a function', function named() {}, '[Function: named]'],
    ['undefined in an array', [undefined], [null]],
    ['NaN', Number.NaN, 'NaN'],
    ['Infinity', Number.NEGATIVE_INFINITY, '-Infinity'],
    ['a boxed BigInt', Object(5n), '5'],
    ['a boxed string', new String('s'), 's'],
    ['a URL', new URL('http://h/p'), 'http://h/p'],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['a lone surrogate', '\ud800', '\ud800'],
  ];
  for (const [name, value, expected] of odd) {
    it(`writes ${name}`, () => assert.deepEqual(valueWritten(value), expected));
  }

  it('survives getters, toJSON and proxies that throw', () => {
    const getter = Object.defineProperty({ a: 1 }, 'bad', {
      enumerable: true,
      get() {
        throw new Error('no');
      },
    });
    assert.deepEqual(valueWritten(getter), { a: 1, bad: '[Throws]' });
    const toJSON = {
      a: 1,
      toJSON() {
        throw new Error('no');
      },
    };
    assert.deepEqual(valueWritten(toJSON), { a: 1, toJSON: '[Function: toJSON]' });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    assert.equal(valueWritten(proxy), '[Throws]');
    assert.equal(written(proxy).message, '[a record that cannot be read]');
  });

  it('survives a getter that answers something else the second time', () => {
    let calls = 0;
    const info = Object.defineProperty({ level: 'info' }, 'count', {
      enumerable: true,
      get: () => (calls++ === 0 ? 1 : 1n),
    });
    assert.equal(written(info).count, '1');
  });

  it('survives cycles and very deep structures', () => {
    const cycle: Record<string, unknown> = { a: 1 };
    cycle.self = { again: [cycle] };
    assert.deepEqual(valueWritten(cycle), { a: 1, self: { again: ['[Circular]'] } });
    let deep: unknown = 'bottom';
    for (let i = 0; i < 100_000; i++) deep = i % 2 ? [deep] : { deep };
    assert.match(JSON.stringify(valueWritten(deep)), /\[(Object|Array)\]/);
  });

  it('cuts a graph in which everything refers to everything', () => {
    let layer: unknown = { end: true };
    for (let i = 0; i < 60; i++) layer = [layer, layer];
    assert.match(JSON.stringify(valueWritten(layer)), /\[Truncated\]/);
  });

  it('keeps a field that is called __proto__', () => {
    const record = written(JSON.parse('{"__proto__":{"x":1},"n":{"y":2}}'));
    assert.deepEqual(Object.keys(record), ['__proto__', 'n']);
    const copied = written({ big: 1n, ...JSON.parse('{"a":{"__proto__":"z"}}') });
    assert.deepEqual(Object.keys(copied.a as object), ['__proto__']);
  });

  it('is what JSON.stringify writes, for plain data', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (info) => {
        assert.equal(stringifyRecord(examine(info).plain, info), JSON.stringify(info));
      }),
    );
  });

  it('never throws, whatever is in it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), anything), (info) => {
        written(info);
      }),
      { numRuns: 500 },
    );
  });
});
