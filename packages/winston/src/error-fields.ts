import { types } from 'node:util';

/** Whether a value is an error, also one of another realm (a test runner's sandbox, `node:vm`). */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/**
 * The fields of an error that are worth keeping: name, message, stack, what it says of itself (`toJSON()`, or else its own
 * fields, `code` among them), cause, and the errors of an AggregateError. JSON keeps none of the first three.
 */
export function errorFields(error: Error): Record<string, unknown> {
  const fields: Record<string, unknown> = Object.create(null);
  for (const name of ['name', 'message', 'stack']) set(fields, name, error);
  const own = ownAccount(error) ?? error;
  for (const name of Object.keys(own)) set(fields, name, own);
  for (const name of ['code', 'cause', 'errors']) if (!(name in fields)) set(fields, name, error);
  return fields;
}

function ownAccount(error: Error & { toJSON?: unknown }): object | undefined {
  try {
    if (typeof error.toJSON !== 'function') return undefined;
    const account: unknown = error.toJSON();
    return typeof account === 'object' && account !== null && !Array.isArray(account) ? account : undefined;
  } catch {
    return undefined;
  }
}

/** Copies a field; one that throws when it is read leaves a word about that. */
function set(fields: Record<string, unknown>, name: string, source: object): void {
  try {
    const value = (source as Record<string, unknown>)[name];
    if (value !== undefined) fields[name] = value;
  } catch {
    fields[name] = '[Throws]';
  }
}
