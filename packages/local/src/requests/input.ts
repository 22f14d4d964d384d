import { invalidParameter, serialization } from '../errors/service-error.js';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

interface StringRule {
  readonly required?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  readonly oneOf?: readonly string[];
}

export const LOG_GROUP_NAME: StringRule = { min: 1, max: 512, pattern: /^[.\-_/#A-Za-z0-9]+$/ };
export const LOG_STREAM_NAME: StringRule = { min: 1, max: 512, pattern: /^[^:*]*$/ };

/**
 * Reads the members of one request. A value of the wrong JSON type is thrown at once (SerializationException); values
 * that break a constraint are gathered and thrown together by `check()`, in the words of the service.
 */
export class Input {
  readonly #members: Readonly<Record<string, Json>>;
  readonly #violations: string[] = [];

  constructor(members: Readonly<Record<string, Json>>) {
    this.#members = members;
  }

  static parse(body: string): Input {
    let value: Json;
    try {
      value = body === '' ? {} : JSON.parse(body);
    } catch {
      throw serialization('The request body is not valid JSON.');
    }
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      throw serialization('Start of structure or map found where not expected.');
    }
    return new Input(value as Record<string, Json>);
  }

  /** A member as it came, for who checks it by other means. */
  raw(name: string): Json | undefined {
    return this.#members[name] ?? undefined;
  }

  /** A string member if it is one; used before anything is checked. */
  peek(name: string): string | undefined {
    const value = this.#members[name];
    return typeof value === 'string' ? value : undefined;
  }

  string(name: string, rule: StringRule = {}): string | undefined {
    const value = this.raw(name);
    if (value === undefined) {
      if (rule.required) this.violation(`Value null at '${name}'`, 'Member must not be null');
      return undefined;
    }
    if (typeof value !== 'string') throw wrongType(value, 'String');
    this.#checkString(name, value, rule);
    return value;
  }

  required(name: string, rule: StringRule): string {
    // An absent member is a violation, so the empty string never leaves `check()`.
    return this.string(name, { ...rule, required: true }) ?? '';
  }

  integer(name: string, range: { min?: number; max?: number; required?: boolean } = {}): number | undefined {
    const value = this.raw(name);
    if (value === undefined) {
      if (range.required) this.violation(`Value null at '${name}'`, 'Member must not be null');
      return undefined;
    }
    if (typeof value !== 'number' || !isLong(value)) throw wrongType(value, 'Long');
    if (range.min !== undefined && value < range.min) {
      this.violation(
        `Value '${value}' at '${name}'`,
        `Member must have value greater than or equal to ${range.min}`,
      );
    }
    if (range.max !== undefined && value > range.max) {
      this.violation(
        `Value '${value}' at '${name}'`,
        `Member must have value less than or equal to ${range.max}`,
      );
    }
    return value;
  }

  boolean(name: string): boolean | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'boolean') throw wrongType(value, 'Boolean');
    return value;
  }

  strings(
    name: string,
    rule: { min?: number; max?: number; required?: boolean; member?: StringRule } = {},
  ): readonly string[] | undefined {
    const value = this.raw(name);
    if (value === undefined) {
      if (rule.required) this.violation(`Value null at '${name}'`, 'Member must not be null');
      return undefined;
    }
    if (!Array.isArray(value)) throw wrongType(value, 'List');
    this.#checkLength(`Value at '${name}'`, value.length, rule.min, rule.max);
    return value.map((member, index) => {
      if (typeof member !== 'string') throw wrongType(member, 'String');
      this.#checkString(`${name}.${index + 1}.member`, member, rule.member ?? {});
      return member;
    });
  }

  stringMap(
    name: string,
    rule: { min: number; max: number; key: StringRule; value: StringRule; required?: boolean },
  ): Readonly<Record<string, string>> | undefined {
    const value = this.raw(name);
    if (value === undefined) {
      if (rule.required) this.violation(`Value null at '${name}'`, 'Member must not be null');
      return undefined;
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(value, 'Map');
    const entries = Object.entries(value as Record<string, Json>);
    this.#checkLength(`Value at '${name}'`, entries.length, rule.min, rule.max);
    const map: [string, string][] = entries.map(([key, member]) => {
      if (typeof member !== 'string') throw wrongType(member, 'String');
      this.#checkString(`${name}.key`, key, rule.key);
      this.#checkString(`${name}.${key}.member`, member, rule.value);
      return [key, member];
    });
    return Object.fromEntries(map);
  }

  /** Notes a broken constraint: what is wrong (`Value '' at 'name'`) and what it must be (`Member must ...`). */
  violation(subject: string, constraint: string): void {
    this.#violations.push(`${subject} failed to satisfy constraint: ${constraint}`);
  }

  /** Throws when anything that was read broke a constraint. */
  check(): void {
    const count = this.#violations.length;
    if (count === 0) return;
    // The service lists them all; a batch of 10,000 empty messages would make an answer larger than the request.
    const listed = this.#violations.slice(0, 25).join('; ');
    throw invalidParameter(`${count} validation error${count === 1 ? '' : 's'} detected: ${listed}`);
  }

  #checkString(name: string, value: string, rule: StringRule): void {
    const subject = `Value '${value}' at '${name}'`;
    this.#checkLength(subject, value.length, rule.min, rule.max);
    if (rule.pattern !== undefined && value !== '' && !rule.pattern.test(value)) {
      const pattern = rule.pattern.source.replace(/^\^|\$$/g, '').replaceAll('\\/', '/');
      this.violation(subject, `Member must satisfy regular expression pattern: ${pattern}`);
    }
    if (rule.oneOf !== undefined && !rule.oneOf.includes(value)) {
      this.violation(subject, `Member must satisfy enum value set: [${rule.oneOf.join(', ')}]`);
    }
  }

  #checkLength(subject: string, length: number, min: number | undefined, max: number | undefined): void {
    if (min !== undefined && length < min) {
      this.violation(subject, `Member must have length greater than or equal to ${min}`);
    }
    if (max !== undefined && length > max) {
      this.violation(subject, `Member must have length less than or equal to ${max}`);
    }
  }
}

/** Whether a JSON number fits a signed integer of 64 bits. */
export function isLong(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= 2 ** 63;
}

function wrongType(value: Json, expected: string): Error {
  const kind = Array.isArray(value) ? 'ARRAY' : value === null ? 'NULL' : typeof value;
  return serialization(`${kind.toUpperCase()}_VALUE can not be converted to a ${expected}`);
}
