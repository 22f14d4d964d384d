import { serialization } from '../errors/service-error.js';

export type Json = null | boolean | number | string | readonly Json[] | Members;

/** The members of a JSON object. */
export interface Members {
  readonly [name: string]: Json;
}

/**
 * The members of one request. Their types and constraints are checked by `checkConstraints` before an operation sees
 * them, so that reading a member only says what is there.
 */
export class Input {
  readonly members: Members;

  constructor(members: Members) {
    this.members = members;
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
    return new Input(value as Members);
  }

  /** A member as it came. */
  raw(name: string): Json | undefined {
    return Object.hasOwn(this.members, name) ? (this.members[name] ?? undefined) : undefined;
  }

  string(name: string): string | undefined {
    const value = this.raw(name);
    return typeof value === 'string' ? value : undefined;
  }

  /** A string that the service model requires, so that it is there. */
  required(name: string): string {
    return this.string(name) ?? '';
  }

  integer(name: string): number | undefined {
    const value = this.raw(name);
    return typeof value === 'number' ? value : undefined;
  }

  boolean(name: string): boolean | undefined {
    const value = this.raw(name);
    return typeof value === 'boolean' ? value : undefined;
  }

  strings(name: string): readonly string[] | undefined {
    const value = this.raw(name);
    return Array.isArray(value) ? value.map(String) : undefined;
  }

  stringMap(name: string): Readonly<Record<string, string>> | undefined {
    const value = this.raw(name);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, string>)
      : undefined;
  }
}
