/** A step from a JSON value into it: a property by name, an element by index, all properties or all elements. */
export type Step =
  | { readonly kind: 'property'; readonly name: string }
  | { readonly kind: 'element'; readonly index: number }
  | { readonly kind: 'every-property' | 'every-element' };

/** A value of a JSON event. */
export interface JsonNode {
  readonly value: unknown;
  /** The text that is compared: a string as it is, a number as the event writes it. */
  readonly text: () => string;
}

/** The tokens of JSON in which a digit can stand. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A message that is a JSON object. */
export class JsonEvent {
  readonly #message: string;
  readonly #root: unknown;
  #rootWithTexts: unknown;

  private constructor(message: string, root: unknown) {
    this.#message = message;
    this.#root = root;
  }

  /** Undefined when the message is anything else than a JSON object. */
  static parse(message: string): JsonEvent | undefined {
    // Most messages that are no object are told by their first character, without an exception.
    if (!/^\s*\{/.test(message)) return undefined;
    try {
      const root: unknown = JSON.parse(message);
      return new JsonEvent(message, root);
    } catch {
      return undefined;
    }
  }

  /** The values that a selector leads to: none or one, or any number when it has a wildcard. */
  select(steps: readonly Step[]): JsonNode[] {
    const values = follow(this.#root, steps);
    return values.map((value, index) => ({
      value,
      text: () => (typeof value === 'number' ? this.#numberText(steps, index) : String(value)),
    }));
  }

  /** A number as the message writes it: `12.0` is not the text `12`. */
  #numberText(steps: readonly Step[], index: number): string {
    this.#rootWithTexts ??= JSON.parse(
      this.#message.replace(STRING_OR_NUMBER, (token) => (token.startsWith('"') ? token : `"${token}"`)),
    );
    return String(follow(this.#rootWithTexts, steps)[index]);
  }
}

function follow(root: unknown, steps: readonly Step[]): unknown[] {
  let values = [root];
  for (const step of steps) values = values.flatMap((value) => into(value, step));
  return values;
}

function into(value: unknown, step: Step): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) {
    if (step.kind === 'every-element') return value;
    return step.kind === 'element' && step.index < value.length ? [value[step.index]] : [];
  }
  if (step.kind === 'every-property') return Object.values(value);
  if (step.kind !== 'property' || !Object.hasOwn(value, step.name)) return [];
  return [(value as Record<string, unknown>)[step.name]];
}
