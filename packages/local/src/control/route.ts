import type { ServerResponse } from 'node:http';
import type { LocalCloudWatchLogs } from '../endpoint/local.js';
import { invalidParameter, serialization } from '../errors/service-error.js';
import { suggestion } from '../errors/spelling.js';

/** A request to the HTTP API under /_local. */
export interface ControlRequest {
  readonly parameters: Parameters;
  readonly body: Buffer;
  /** For answers that are written piece by piece. */
  readonly response: ServerResponse;
  readonly local: LocalCloudWatchLogs;
}

/** Answers the object to send as JSON, or nothing when it has written the response itself. */
type Handler = (request: ControlRequest) => object | undefined | Promise<object | undefined>;

/** The handlers of a path, by method. */
export type Route = { readonly [Method in 'GET' | 'POST' | 'PUT' | 'DELETE']?: Handler };

/** The parameters of a query string. Each reader throws what to answer when the value is not valid. */
export class Parameters {
  readonly #values: URLSearchParams;

  constructor(query: string) {
    this.#values = new URLSearchParams(query);
  }

  /** @throws ServiceError InvalidParameterException when there is a parameter of another name */
  only(...names: readonly string[]): void {
    for (const name of this.#values.keys()) {
      if (!names.includes(name)) {
        throw invalidParameter(`There is no parameter '${name}' here${suggestion(name, names)}`);
      }
    }
  }

  text(name: string): string | undefined {
    return this.#values.get(name) ?? undefined;
  }

  /** All values of a parameter that may be repeated. */
  texts(name: string): readonly string[] {
    return this.#values.getAll(name);
  }

  oneOf<Value extends string>(name: string, allowed: readonly Value[]): Value | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const known = allowed.find((candidate) => candidate === value);
    if (known === undefined) {
      throw invalidParameter(`${name} must be ${allowed.join(' or ')}, got '${value}'.`);
    }
    return known;
  }

  /** The parameter `accountId`, which narrows a request to one account. */
  accountId(): string | undefined {
    const value = this.text('accountId');
    if (value !== undefined && !/^\d{12}$/.test(value)) {
      throw invalidParameter(`accountId must be 12 digits, got '${value}'.`);
    }
    return value;
  }

  integer(name: string, { min, max }: { readonly min: number; readonly max: number }): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max)) {
      throw invalidParameter(`${name} must be a whole number from ${min} to ${max}, got '${value}'.`);
    }
    return number;
  }
}

/** The body of a request as JSON. */
export function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw serialization('The request body is not valid JSON.');
  }
}
