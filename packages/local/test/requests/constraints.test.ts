import assert from 'node:assert/strict';
import test from 'node:test';
import * as client from '@aws-sdk/client-cloudwatch-logs';
import { ServiceError } from '../../src/errors/service-error.ts';
import { checkConstraints, OPERATION_NAMES, type OperationName } from '../../src/requests/constraints.ts';
import type { Json, Members } from '../../src/requests/input.ts';
import { INPUTS, SHAPES, type Shape } from '../../src/requests/service-model.ts';

const OPERATIONS = OPERATION_NAMES;

/** The refusal of a request, or undefined when its members are fine. */
function refusal(operation: OperationName, members: Members): ServiceError | undefined {
  try {
    checkConstraints(operation, members);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ServiceError, `${operation}: ${error}`);
    return error;
  }
}

const shapeOf = (name: string): Shape => {
  const shape = SHAPES[name];
  assert.ok(shape, `there is no shape ${name}`);
  return shape;
};

/** Values that the patterns of the model take, the first of which has the right length and matches is chosen. */
const CANDIDATES = [
  'a',
  'abc',
  '123456789012',
  'arn:aws:logs:us-east-1:123456789012:log-group:a',
  'arn:aws:kms:us-east-1:123456789012:key/a',
  's3://bucket/key',
  '1.0',
  'a'.repeat(36),
  'a'.repeat(50),
];

function good(name: string): Json {
  const shape = shapeOf(name);
  switch (shape.type) {
    case 'string': {
      if (shape.oneOf !== undefined) return shape.oneOf[0] ?? '';
      const pattern = new RegExp(
        `^(?:${shape.pattern ?? '[^]*'})$`,
        shape.pattern?.includes('\\p') ? 'u' : '',
      );
      const fits = CANDIDATES.find(
        (text) => pattern.test(text) && text.length >= (shape.min ?? 0) && text.length <= (shape.max ?? 1e6),
      );
      assert.ok(fits, `no candidate fits ${name}`);
      return fits;
    }
    case 'integer':
    case 'long':
      return shape.min ?? 1;
    case 'double':
      return 0.5;
    case 'boolean':
      return true;
    case 'blob':
      return 'YQ==';
    case 'list':
      return Array.from({ length: Math.max(1, shape.min ?? 0) }, () => good(shape.of));
    case 'map':
      return Object.fromEntries(
        Array.from({ length: Math.max(1, shape.min ?? 0) }, (_, index) => [
          `${String(good(shape.key)).slice(0, 20)}${index}`,
          good(shape.value),
        ]),
      );
    case 'structure':
      return Object.fromEntries(Object.entries(shape.members).map(([member, of]) => [member, good(of)]));
  }
}

const goodInput = (operation: OperationName): Members => good(INPUTS[operation]) as Members;

/** Values of the wrong JSON type. */
function wrongTypes(shape: Shape): Json[] {
  const all: [string, Json][] = [
    ['string', 'text'],
    ['number', 7],
    ['boolean', true],
    ['list', [1]],
    ['object', { a: [1] }],
  ];
  const own = { integer: 'number', long: 'number', double: 'number', blob: 'string', map: 'object' };
  const type =
    shape.type === 'structure' ? 'object' : ((own as Record<string, string>)[shape.type] ?? shape.type);
  const wrong = all.filter(([kind]) => kind !== type).map(([, value]) => value);
  return shape.type === 'integer' || shape.type === 'long' ? [...wrong, 1.5, 2 ** 70] : wrong;
}

/** Values that break one constraint each, and what the refusal must say. */
function broken(name: string): [Json, RegExp][] {
  const shape = shapeOf(name);
  const cases: [Json, RegExp][] = [];
  if (shape.type === 'string') {
    const fits = String(good(name));
    if (shape.min !== undefined) {
      cases.push(['', new RegExp(`length greater than or equal to ${shape.min}\\b`)]);
    }
    if (shape.max !== undefined && shape.oneOf === undefined) {
      const text = fits + fits.slice(-1).repeat(shape.max + 1 - Math.min(fits.length, shape.max));
      const said = /^Log(?:Group|Stream)Name$/.test(name)
        ? /^Invalid LogGroup or LogStream, both must have length less than or equal to 512\.$/
        : new RegExp(`length less than or equal to ${shape.max}\\b`);
      cases.push([text, said]);
    }
    if (shape.pattern !== undefined) {
      const outside = ['a b*:\u0000', '!\u0001', ' :*$ '].find(
        (text) => !new RegExp(`^(?:${shape.pattern})$`, shape.pattern?.includes('\\p') ? 'u' : '').test(text),
      );
      assert.ok(outside, `nothing is outside ${name}`);
      cases.push([outside, /regular expression pattern: /]);
    }
    if (shape.oneOf !== undefined) cases.push(['NO SUCH', /enum value set: \[/]);
  }
  if (shape.type === 'integer' || shape.type === 'long') {
    const { min, max } = shape;
    if (min !== undefined) cases.push([min - 1, new RegExp(`value greater than or equal to ${min}$`)]);
    if (max !== undefined) cases.push([max + 1, new RegExp(`value less than or equal to ${max}$`)]);
  }
  if (shape.type === 'list') {
    const one = good(shape.of);
    if (shape.min !== undefined)
      cases.push([[], new RegExp(`length greater than or equal to ${shape.min}$`)]);
    if (shape.max !== undefined) {
      const many = Array.from({ length: shape.max + 1 }, () => one);
      cases.push([many, new RegExp(`length less than or equal to ${shape.max}`)]);
    }
    for (const [value] of shapeOf(shape.of).type === 'structure' ? [] : broken(shape.of)) {
      cases.push([[value], /Member must satisfy constraint: \[.+\]$|^Invalid LogGroup/]);
    }
  }
  if (shape.type === 'map') {
    if (shape.min !== undefined) cases.push([{}, new RegExp(`length greater than or equal to ${shape.min}`)]);
    const map = good(name) as Members;
    const [first = ''] = Object.keys(map);
    for (const [value] of broken(shape.value)) {
      cases.push([{ ...map, [first]: value }, /Map value must satisfy constraint: \[.+\]$/]);
    }
    for (const [key] of broken(shape.key)) {
      cases.push([{ ...map, [String(key)]: good(shape.value) }, /Map keys must satisfy constraint: \[.+\]$/]);
    }
  }
  return cases;
}

/** Walks to every member of a structure, however deep, with a way to put another value there. */
function* places(
  name: string,
  value: Members,
): Generator<{
  path: string;
  shape: string;
  required: boolean;
  put: (at: Json) => Members;
}> {
  const shape = shapeOf(name);
  if (shape.type !== 'structure') return;
  for (const [member, of] of Object.entries(shape.members)) {
    const put = (at: Json): Members => ({ ...value, [member]: at });
    yield { path: member, shape: of, required: shape.required?.includes(member) ?? false, put };
    const inner = shapeOf(of);
    // The constraints of an entity do not fail a put.
    if (of === 'Entity') continue;
    if (inner.type === 'structure') {
      for (const place of places(of, value[member] as Members)) {
        yield { ...place, path: `${member}.${place.path}`, put: (at) => put(place.put(at)) };
      }
    }
    if (inner.type === 'list' && shapeOf(inner.of).type === 'structure') {
      const [first] = value[member] as readonly Members[];
      if (first === undefined) continue;
      for (const place of places(inner.of, first)) {
        const rest = (value[member] as readonly Json[]).slice(1);
        yield {
          ...place,
          path: `${member}.1.member.${place.path}`,
          put: (at) => put([place.put(at), ...rest]),
        };
      }
    }
  }
}

// Source: the service model of 2014-03-28, from which the table is made.
for (const operation of OPERATIONS) {
  test(`${operation} takes good values, and refuses each bad one`, () => {
    const input = goodInput(operation);
    assert.equal(refusal(operation, input)?.message, undefined);
    for (const { path, shape: name, required, put } of places(INPUTS[operation], input)) {
      const shape = shapeOf(name);
      for (const value of wrongTypes(shape)) {
        const said = refusal(operation, put(value));
        assert.equal(said?.code, 'SerializationException', `${path} = ${JSON.stringify(value)}`);
      }
      const absent = refusal(operation, put(null));
      if (required) {
        assert.equal(
          absent?.message,
          `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`,
        );
      } else assert.equal(absent, undefined, path);
      for (const [value, pattern] of name === 'Entity' ? [] : broken(name)) {
        const said = refusal(operation, put(value));
        const label = `${path} = ${JSON.stringify(value).slice(0, 100)}`;
        assert.equal(said?.code, 'InvalidParameterException', label);
        assert.match(said.message, pattern, label);
        if (!said.message.startsWith('Invalid LogGroup'))
          assert.ok(said.message.includes(`at '${path}'`), label);
      }
    }
  });
}

// Source: the AWS SDK for JavaScript, which is newer than the model.
test('the table knows every member that the SDK sends', () => {
  const sdk: Record<string, unknown> = { ...client };
  const seen: string[] = [];
  for (const operation of OPERATIONS) {
    const schema = sdk[`${INPUTS[operation]}$`];
    if (!Array.isArray(schema)) continue;
    seen.push(operation);
    const shape = shapeOf(INPUTS[operation]);
    assert.ok(shape.type === 'structure');
    assert.deepEqual(Object.keys(shape.members).sort(), [...(schema[4] as string[])].sort(), operation);
  }
  assert.ok(seen.length > 50, `${seen.length}`);
});

test('all broken constraints are listed, the first 25 of them', () => {
  const said = refusal('PutLogEvents', {
    logGroupName: '',
    logStreamName: 'a*',
    logEvents: Array.from({ length: 100 }, () => ({ timestamp: -1, message: 'a' })),
  });
  assert.match(said?.message ?? '', /^103 validation errors detected: Value '' at 'logGroupName'/);
  assert.equal(said?.message.split('; ').length, 25);
});

test('an unknown member is ignored, a null one is absent, and one that JavaScript has is no member', () => {
  assert.equal(refusal('DescribeLogGroups', { noSuch: [1], limit: null }), undefined);
  const inherited = refusal('CreateLogGroup', JSON.parse('{"__proto__":{"logGroupName":"a"}}'));
  assert.match(inherited?.message ?? '', /Value null at 'logGroupName'/);
});

test('an entity is held to its JSON types, and to nothing else here', () => {
  const put = goodInput('PutLogEvents');
  const withEntity = (entity: Json) => refusal('PutLogEvents', { ...put, entity });
  assert.equal(withEntity({ keyAttributes: { Nope: 'x'.repeat(1000) } }), undefined);
  assert.equal(withEntity('x')?.code, 'SerializationException');
  assert.equal(withEntity({ keyAttributes: ['x'] })?.code, 'SerializationException');
  assert.equal(withEntity({ attributes: { a: 1 } })?.code, 'SerializationException');
});
