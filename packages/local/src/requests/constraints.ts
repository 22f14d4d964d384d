import { invalidParameter, type ServiceError, serialization, validation } from '../errors/service-error.js';
import type { Json, Members } from './input.js';
import { INPUTS, SHAPES, type Shape } from './service-model.js';

export type OperationName = keyof typeof INPUTS;

/** Every operation that the endpoint answers. */
export const OPERATION_NAMES = Object.keys(INPUTS) as readonly OperationName[];

/** How many broken constraints an answer lists: one for 10,000 empty messages would be larger than the request. */
const MAX_LISTED = 25;
/** A longer value is too long for every pattern, and not shown. */
const MAX_SHOWN = 4_096;

/** These name other resources, and the service does not repeat them in its errors. */
const UNSHOWN = /(?:Arn|Identifier|ResourceName)$/;
/** The service has a sentence of its own for the length of these. */
const NAMES = ['LogGroupName', 'LogStreamName'];

/**
 * Checks the members of a request against the constraints of the service model. A value of the wrong JSON type is
 * refused at once; all other broken constraints are listed in one answer. Unknown members are ignored, as the service
 * does, and a member that is null is absent.
 * @throws ServiceError SerializationException, InvalidParameterException
 */
export function checkConstraints(operation: OperationName, members: Members): void {
  const found = new Violations();
  found.checkStructure(INPUTS[operation], members, '');
  found.refuse();
}

class Violations {
  readonly #listed: string[] = [];
  #count = 0;
  #nameTooLong = false;

  refuse(): void {
    if (this.#count > 0) {
      const s = this.#count === 1 ? '' : 's';
      throw invalidParameter(`${this.#count} validation error${s} detected: ${this.#listed.join('; ')}`);
    }
    if (this.#nameTooLong) {
      throw invalidParameter(
        'Invalid LogGroup or LogStream, both must have length less than or equal to 512.',
      );
    }
  }

  checkStructure(name: string, value: Members, path: string): void {
    const shape = SHAPES[name];
    if (shape?.type !== 'structure') return;
    for (const [member, of] of Object.entries(shape.members)) {
      const at = path + member;
      const given = Object.hasOwn(value, member) ? value[member] : undefined;
      if (given !== undefined && given !== null) this.#check(of, given, at);
      else if (shape.required?.includes(member)) this.#add('Value null', at, 'Member must not be null');
    }
  }

  #check(name: string, value: Json, path: string): void {
    const shape = SHAPES[name];
    switch (shape?.type) {
      case 'string':
        if (typeof value !== 'string') throw wrongType(value, 'String');
        // Seen on AWS instead of the violation of the pattern, which has no `*` either.
        if (name === 'AmazonResourceName' && /^arn:.*:\*$/.test(value))
          throw validation('Invalid resourceArn');
        if (NAMES.includes(name) && value.length > 512) this.#nameTooLong = true;
        for (const broken of brokenBy(name, value)) this.#add(shown(name, value), path, broken);
        return;
      case 'integer':
      case 'long':
        checkNumber(value, shape.type);
        for (const broken of brokenBy(name, value)) this.#add(shown(name, value), path, broken);
        return;
      case 'double':
        if (typeof value !== 'number') throw wrongType(value, 'Double');
        return;
      case 'boolean':
        if (typeof value !== 'boolean') throw wrongType(value, 'Boolean');
        return;
      case 'blob':
        if (typeof value !== 'string') throw wrongType(value, 'Blob');
        return;
      case 'list':
        if (!isList(value)) throw serialization('Expected list or null');
        this.#checkList(shape, value, path);
        return;
      case 'map':
        this.#checkMap(shape, asObject(value), path);
        return;
      case 'structure':
        // An entity that breaks its constraints does not fail the put: the answer says that it was rejected.
        if (name === 'Entity') new Violations().checkStructure(name, asObject(value), '');
        else this.checkStructure(name, asObject(value), `${path}.`);
    }
  }

  #checkList(shape: Shape & { type: 'list' }, list: readonly Json[], path: string): void {
    for (const broken of brokenLength(shape, list.length)) this.#add(shownList(list), path, broken);
    // Almost every list of this shape is fine, and there are 10,000 events in some.
    if (shape.of === 'InputLogEvent' && list.every(isPlainLogEvent)) return;
    const isScalar = SHAPES[shape.of]?.type !== 'structure';
    let broken = false;
    for (const [index, value] of list.entries()) {
      if (!isScalar) this.#check(shape.of, value, `${path}.${index + 1}.member`);
      else if (value === null) broken = true;
      else broken = this.#isBroken(shape.of, value) || broken;
    }
    if (broken) this.#add(shownList(list), path, `Member must satisfy constraint: [${rulesOf(shape.of)}]`);
  }

  #checkMap(shape: Shape & { type: 'map' }, map: Members, path: string): void {
    const entries = Object.entries(map);
    for (const broken of brokenLength(shape, entries.length)) this.#add('Value', path, broken);
    const keys = entries.some(([key]) => brokenBy(shape.key, key).length > 0);
    let values = false;
    for (const [key, value] of entries) {
      if (SHAPES[shape.value]?.type === 'structure') this.#check(shape.value, value, `${path}.${key}`);
      else if (value === null) values = true;
      else values = this.#isBroken(shape.value, value) || values;
    }
    if (values) this.#add('Value', path, `Map value must satisfy constraint: [${rulesOf(shape.value)}]`);
    if (keys) this.#add('Value', path, `Map keys must satisfy constraint: [${rulesOf(shape.key)}]`);
  }

  /** Of a value in a list or a map, of which the service says only that one is wrong. */
  #isBroken(name: string, value: Json): boolean {
    const inside = new Violations();
    inside.#check(name, value, '');
    return inside.#count > 0 || inside.#nameTooLong;
  }

  #add(subject: string, path: string, broken: string): void {
    this.#count += 1;
    if (this.#listed.length < MAX_LISTED)
      this.#listed.push(`${subject} at '${path}' failed to satisfy constraint: ${broken}`);
  }
}

/** The constraints of a simple value that it breaks: pattern first, then length, then range, then enumeration. */
function brokenBy(name: string, value: Json): string[] {
  const shape = SHAPES[name];
  const broken: string[] = [];
  if (shape?.type === 'string' && typeof value === 'string') {
    if (shape.pattern !== undefined && value.length <= MAX_SHOWN && !expression(shape.pattern).test(value)) {
      broken.push(`Member must satisfy regular expression pattern: ${shape.pattern}`);
    }
    const max = NAMES.includes(name) ? undefined : shape.max;
    broken.push(...brokenLength({ ...shape, max }, value.length));
    if (shape.oneOf !== undefined && !shape.oneOf.includes(value)) broken.push(enumeration(shape.oneOf));
  }
  if ((shape?.type === 'integer' || shape?.type === 'long') && typeof value === 'number') {
    if (shape.max !== undefined && value > shape.max) broken.push(atMost('value', shape.max));
    if (shape.min !== undefined && value < shape.min) broken.push(atLeast('value', shape.min));
  }
  return broken;
}

function brokenLength(
  { min, max }: { readonly min?: number | undefined; readonly max?: number | undefined },
  length: number,
): string[] {
  if (min !== undefined && length < min) return [atLeast('length', min)];
  return max !== undefined && length > max ? [atMost('length', max)] : [];
}

/** All constraints of a shape, as the service lists them for a list or a map one of whose values breaks any. */
function rulesOf(name: string): string {
  const shape = SHAPES[name];
  const rules: string[] = [];
  if (shape !== undefined && 'max' in shape && shape.max !== undefined) {
    rules.push(atMost('length', shape.max));
  }
  if (shape !== undefined && 'min' in shape && shape.min !== undefined) {
    rules.push(atLeast('length', shape.min));
  }
  if (shape?.type === 'string' && shape.pattern !== undefined) {
    rules.push(`Member must satisfy regular expression pattern: ${shape.pattern}`);
  }
  if (shape?.type === 'string' && shape.oneOf !== undefined) rules.push(enumeration(shape.oneOf));
  return rules.join(', ');
}

const atMost = (of: 'length' | 'value', max: number): string =>
  `Member must have ${of} less than or equal to ${max}`;
const atLeast = (of: 'length' | 'value', min: number): string =>
  `Member must have ${of} greater than or equal to ${min}`;
const enumeration = (allowed: readonly string[]): string =>
  `Member must satisfy enum value set: [${allowed.join(', ')}]`;

const expressions = new Map<string, RegExp>();

/** A pattern of the model holds for the whole value, whether or not it says so. */
function expression(pattern: string): RegExp {
  let compiled = expressions.get(pattern);
  if (compiled === undefined) {
    const needsUnicode = pattern.includes('\\p{');
    compiled = new RegExp(`^(?:${pattern})$`, needsUnicode ? 'u' : '');
    expressions.set(pattern, compiled);
  }
  return compiled;
}

function shown(name: string, value: string | number | boolean | Json): string {
  const text = String(value);
  return UNSHOWN.test(name) || text.length > MAX_SHOWN ? 'Value' : `Value '${text}'`;
}

function shownList(list: readonly Json[]): string {
  if (!list.every((value) => typeof value === 'string')) return 'Value';
  const text = `[${list.join(', ')}]`;
  return text.includes('arn:') || text.length > MAX_SHOWN ? 'Value' : `Value '${text}'`;
}

function isPlainLogEvent(event: Json): boolean {
  if (typeof event !== 'object' || event === null || isList(event)) return false;
  const { timestamp, message } = event;
  return (
    typeof message === 'string' &&
    message !== '' &&
    typeof timestamp === 'number' &&
    timestamp >= 0 &&
    Number.isSafeInteger(timestamp)
  );
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function asObject(value: Json): Members {
  if (typeof value === 'object' && value !== null && !isList(value)) return value;
  throw serialization(isList(value) ? 'Start of list found where not expected' : 'Unexpected field type');
}

function checkNumber(value: Json, type: 'integer' | 'long'): void {
  const [name, limit] = type === 'integer' ? ['Integer', 2 ** 31] : ['Long', 2 ** 63];
  if (typeof value !== 'number') throw wrongType(value, name);
  if (!Number.isInteger(value) || value < -limit || value > limit) throw wrongType(value, name);
}

function wrongType(value: Json, expected: string): ServiceError {
  if (isList(value)) return serialization('Start of list found where not expected');
  if (typeof value === 'object') return serialization('Start of structure or map found where not expected.');
  const kind = typeof value === 'boolean' ? String(value) : typeof value;
  return serialization(`${kind.toUpperCase()}_VALUE can not be converted to a ${expected}`);
}
