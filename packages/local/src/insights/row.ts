import { Time, type Value } from './value.js';

/** The event that a row stands for. */
export interface QueriedEvent {
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
  readonly logStreamName: string;
  /** `account:group`, as the field `@log` has it. */
  readonly log: string;
  /** The pointer by which GetLogRecord finds the event again. */
  readonly pointer: () => string;
}

/** A row under way through a query: an event and what commands added to it, or what `stats` made of many. */
export class Row {
  readonly #event: QueriedEvent | undefined;
  readonly #added = new Map<string, Value>();
  #document: unknown;
  #parsed = false;

  constructor(event: QueriedEvent | undefined) {
    this.#event = event;
  }

  /** The field `@ptr`, which only rows that stand for an event have. */
  get pointer(): string | undefined {
    return this.#event?.pointer();
  }

  set(name: string, value: Value): void {
    this.#added.set(name, value);
  }

  get(name: string): Value {
    if (this.#added.has(name)) return this.#added.get(name);
    const event = this.#event;
    if (event === undefined) return undefined;
    switch (name) {
      case '@timestamp':
        return new Time(event.timestamp);
      case '@ingestionTime':
        return new Time(event.ingestionTime);
      case '@message':
        return event.message;
      case '@logStream':
        return event.logStreamName;
      case '@log':
        return event.log;
      case '@ptr':
        return event.pointer();
      default:
        return scalar(lookUp(this.#fields(event), name));
    }
  }

  #fields(event: QueriedEvent): unknown {
    if (!this.#parsed) {
      this.#document = parseObject(event.message);
      this.#parsed = true;
    }
    return this.#document;
  }
}

/** Deeper values are not taken for fields: they would be a field for each bracket of a message that is all brackets. */
const MAX_DEPTH = 100;

/** All fields of an event that are found in its message when that is JSON, with dots between the steps to them. */
export function discoveredFields(message: string): Map<string, Value> {
  const fields = new Map<string, Value>();
  const visit = (value: unknown, name: string, depth: number): void => {
    if (typeof value === 'object' && value !== null) {
      if (depth > MAX_DEPTH) return;
      for (const [key, inner] of Object.entries(value))
        visit(inner, name === '' ? key : `${name}.${key}`, depth + 1);
      return;
    }
    const found = scalar(value);
    if (found !== undefined) fields.set(name, found);
  };
  visit(parseObject(message), '', 0);
  return fields;
}

function parseObject(message: string): unknown {
  if (!/^\s*\{/.test(message)) return undefined;
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

/** Follows a name with dots. A key may contain dots itself. */
function lookUp(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.hasOwn(value, name)) return (value as Record<string, unknown>)[name];
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const key = name.slice(0, dot);
    if (!Object.hasOwn(value, key)) continue;
    const found = lookUp((value as Record<string, unknown>)[key], name.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

function scalar(value: unknown): Value {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}
