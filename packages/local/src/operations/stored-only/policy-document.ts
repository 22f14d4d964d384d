import { invalidParameter } from '../../errors/service-error.js';
import type { Input, Members } from '../../requests/input.js';

/** The JSON object in a member, which must be one; its meaning is not looked at. */
export function readDocument(
  input: Input,
  name: string,
  maxLength: number,
): { text: string; value: Members } {
  const text = input.string(name) ?? '';
  if (text.length > maxLength) {
    throw invalidParameter(`${name} must have at most ${maxLength} characters, got ${text.length}.`);
  }
  const value = parse(text);
  if (typeof value !== 'object' || value === null) throw invalidParameter(`${name} must be a JSON object.`);
  return { text, value: value as Members };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
