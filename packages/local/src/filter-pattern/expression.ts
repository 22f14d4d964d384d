import type { Scanner } from './scanner.js';

/** Tells whether what a pattern is applied to fits. */
export type Predicate<T> = (subject: T) => boolean;

/**
 * Reads conditions joined by `&&` and `||`, of which `&&` binds closer.
 * @param takeCondition reads one condition, and throws when none comes next
 * @param parentheses whether conditions can be grouped by parentheses
 */
export function takeExpression<T>(
  scanner: Scanner,
  takeCondition: () => Predicate<T>,
  parentheses: boolean,
): Predicate<T> {
  const takePrimary = (): Predicate<T> => {
    scanner.skipSpace();
    const open = scanner.position;
    if (!parentheses || !scanner.take('(')) return takeCondition();
    const inner = takeExpression(scanner, takeCondition, parentheses);
    scanner.skipSpace();
    if (!scanner.take(')')) throw scanner.fail('This ( is never closed, or && or || is missing.', open);
    return inner;
  };
  const alternatives: Predicate<T>[] = [];
  do {
    const conditions = [takePrimary()];
    while (takeBehindSpace(scanner, '&&')) conditions.push(takePrimary());
    alternatives.push(all(conditions));
  } while (takeBehindSpace(scanner, '||'));
  const [only] = alternatives;
  if (only !== undefined && alternatives.length === 1) return only;
  return (subject) => alternatives.some((alternative) => alternative(subject));
}

function all<T>(conditions: readonly Predicate<T>[]): Predicate<T> {
  const [only] = conditions;
  if (only !== undefined && conditions.length === 1) return only;
  return (subject) => conditions.every((condition) => condition(subject));
}

function takeBehindSpace(scanner: Scanner, literal: string): boolean {
  scanner.skipSpace();
  return scanner.take(literal);
}
