/** A time, which is shown as a date and counts as its milliseconds since 1970 in calculations. */
export class Time {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }

  toString(): string {
    const date = new Date(this.ms);
    return Number.isNaN(date.getTime()) ? String(this.ms) : date.toISOString().replace('T', ' ').slice(0, -1);
  }
}

/** A value in a query; undefined is one that is missing. Truth is 1 or 0. */
export type Value = string | number | Time | undefined;

/** The number that a value is or spells. */
export function numberOf(value: Value): number | undefined {
  if (value instanceof Time) return value.ms;
  if (typeof value === 'number') return value;
  if (value === undefined || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isNaN(number) ? undefined : number;
}

export function textOf(value: Value): string | undefined {
  return value === undefined ? undefined : String(value);
}

export function isTrue(value: Value): boolean {
  return numberOf(value) !== undefined && numberOf(value) !== 0;
}

export function truth(condition: boolean): Value {
  return condition ? 1 : 0;
}

/** Orders by number where both are numbers, by text otherwise; missing values come first. */
export function compareValues(a: Value, b: Value): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  const [x, y] = [numberOf(a), numberOf(b)];
  if (x !== undefined && y !== undefined) return x - y;
  const [left, right] = [String(a), String(b)];
  return left === right ? 0 : left < right ? -1 : 1;
}
