import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NameContext } from '../../src/worker/name-context.ts';

const contextOf = (logStreamName: string, logGroupName = 'app') =>
  new NameContext({ logGroupName, logStreamName });

describe('the context that goes to a worker', () => {
  it('is asked for only by templates with a level or a field', () => {
    for (const template of ['{date}/{hostname}/{instance}', 'level', '{env:level}']) {
      assert.equal(contextOf(template).isNeeded, false, template);
    }
    for (const template of ['{level}', 'a/{field:b}/c']) {
      assert.equal(contextOf(template).isNeeded, true, template);
      assert.equal(contextOf('main', template).isNeeded, true, template);
    }
  });

  it('holds the level and the fields that the template names, and nothing else', () => {
    const context = contextOf('{date}/{field:tenant.id}/{level}/{field:n}');
    const values = context.encode({
      level: 'warn',
      fields: { tenant: { id: 't1', name: 'T' }, n: 7, password: 'x' },
    });
    assert.deepEqual(values, ['warn', 't1', '7']);
    assert.deepEqual(JSON.parse(JSON.stringify(context.decode(values))), {
      level: 'warn',
      fields: { tenant: { id: 't1' }, n: '7' },
    });
  });

  it('leaves out what cannot be a name', () => {
    const context = contextOf('{field:a}/{field:b}/{field:c.d.e}/{field:f}');
    const values = context.encode({
      fields: { a: { x: 1 }, b: null, c: { d: 'text' }, f: 'x'.repeat(10_000) },
    });
    assert.deepEqual(values, [null, null, null, null, 'x'.repeat(512)]);
  });

  it('keeps paths apart of which one begins with the other, and odd names', () => {
    const context = contextOf('{field:a}/{field:a.b}/{field:__proto__.c}');
    for (const fields of [{ a: 'text' }, { a: { b: 1n } }, JSON.parse('{"__proto__":{"c":true}}')]) {
      const decoded = context.decode(context.encode({ fields })).fields as Record<string, unknown>;
      assert.deepEqual(context.encode({ fields: decoded }), context.encode({ fields }));
    }
  });
});
