import { type AggregateCall, type Expression, ExpressionParser } from './expressions.js';
import type { QueryScanner } from './query-scanner.js';
import { Row } from './row.js';
import { compareValues, isTrue, numberOf, textOf, type Value } from './value.js';

/** A step of a query. */
export type Command =
  /** Looks at one row at a time, and tells whether it stays. */
  | { readonly kind: 'each'; readonly name: string; readonly apply: (row: Row) => boolean }
  /** Needs all rows at once. */
  | { readonly kind: 'all'; readonly name: string; readonly apply: (rows: readonly Row[]) => readonly Row[] };

/** A command and the columns of the result from it on, given those before it. */
export interface ParsedCommand {
  readonly command: Command;
  readonly columns: (before: readonly string[] | undefined) => readonly string[] | undefined;
}

/** The most that `limit` takes. Source: the limit of StartQuery in the service model. */
const MAX_LIMIT = 100_000;

const unchanged = (before: readonly string[] | undefined): readonly string[] | undefined => before;

interface Named {
  readonly name: string;
  readonly expression: Expression;
}

/** Reads the command that comes next. @throws QueryError for commands that are not emulated */
export function takeCommand(scanner: QueryScanner): ParsedCommand {
  if (scanner.takeWord('fields')) return fields(scanner);
  if (scanner.takeWord('display')) return display(scanner);
  if (scanner.takeWord('filter')) return filter(scanner);
  if (scanner.takeWord('parse')) return parse(scanner);
  if (scanner.takeWord('sort')) return sort(scanner);
  if (scanner.takeWord('limit')) return limit(scanner);
  if (scanner.takeWord('dedup')) return dedup(scanner);
  if (scanner.takeWord('stats')) return stats(scanner);
  throw scanner.unexpected();
}

function fields(scanner: QueryScanner): ParsedCommand {
  const named = takeNamed(scanner);
  return {
    command: { kind: 'each', name: 'fields', apply: setter(named) },
    columns: (before = []) => [...new Set([...before, ...named.map(({ name }) => name)])],
  };
}

function display(scanner: QueryScanner): ParsedCommand {
  const named = takeNamed(scanner);
  return {
    command: { kind: 'each', name: 'display', apply: setter(named) },
    columns: () => named.map(({ name }) => name),
  };
}

function setter(named: readonly Named[]): (row: Row) => boolean {
  return (row) => {
    for (const { name, expression } of named) row.set(name, expression(row, []));
    return true;
  };
}

function filter(scanner: QueryScanner): ParsedCommand {
  const condition = new ExpressionParser(scanner).expression();
  return {
    command: { kind: 'each', name: 'filter', apply: (row) => isTrue(condition(row, [])) },
    columns: unchanged,
  };
}

/** `parse @message "user=* took *" as user, time` or `parse @message /user=(?<user>\S+)/` */
function parse(scanner: QueryScanner): ParsedCommand {
  const start = scanner.position;
  const field = scanner.takeName() ?? '@message';
  const expression = scanner.takeRegularExpression();
  const glob = expression === undefined ? scanner.takeText() : undefined;
  if (expression === undefined && glob === undefined) {
    throw scanner.unexpected('expected a text or /regular expression/, found');
  }
  if (expression !== undefined) {
    const extract = (row: Row): boolean => {
      for (const [name, value] of expression.groupsIn(textOf(row.get(field)) ?? '') ?? [])
        row.set(name, value);
      return true;
    };
    if (expression.names.length === 0) {
      scanner.position = start;
      throw scanner.unexpected('parse needs named groups such as (?<name>...):');
    }
    return { command: { kind: 'each', name: 'parse', apply: extract }, columns: unchanged };
  }
  const pieces = (glob ?? '').split('*');
  if (!scanner.takeWord('as')) throw scanner.unexpected('expected as, found');
  const names = takeNames(scanner);
  if (names.length !== pieces.length - 1) {
    scanner.position = start;
    throw scanner.unexpected(`parse has ${pieces.length - 1} wildcards and ${names.length} names:`);
  }
  const apply = (row: Row): boolean => {
    matchGlob(textOf(row.get(field)) ?? '', pieces)?.forEach((value, index) => {
      row.set(names[index] ?? '', value);
    });
    return true;
  };
  return { command: { kind: 'each', name: 'parse', apply }, columns: unchanged };
}

/** The texts at the wildcards between the pieces; the last one goes to the end when nothing is behind it. */
function matchGlob(text: string, pieces: readonly string[]): string[] | undefined {
  const [first = '', ...rest] = pieces;
  const start = text.indexOf(first);
  if (start === -1) return undefined;
  const values: string[] = [];
  let from = start + first.length;
  for (const [index, piece] of rest.entries()) {
    const to = piece === '' && index === rest.length - 1 ? text.length : text.indexOf(piece, from);
    if (to === -1) return undefined;
    values.push(text.slice(from, to));
    from = to + piece.length;
  }
  return values;
}

function sort(scanner: QueryScanner): ParsedCommand {
  const keys: { readonly expression: Expression; readonly direction: 1 | -1 }[] = [];
  do {
    const start = scanner.position;
    const computed = new ExpressionParser(scanner).expression();
    const column = scanner.since(start);
    // A column of stats is sorted by the name that it has, such as count(*) or bin(5m).
    const expression: Expression = (row) => row.get(column) ?? computed(row, []);
    const descending = scanner.takeWord('desc');
    if (!descending) scanner.takeWord('asc');
    keys.push({ expression, direction: descending ? -1 : 1 });
  } while (scanner.take(','));
  const apply = (rows: readonly Row[]): readonly Row[] => {
    const keyed = rows.map((row) => ({ row, values: keys.map(({ expression }) => expression(row, [])) }));
    keyed.sort((a, b) => {
      for (const [index, { direction }] of keys.entries()) {
        const order = compareValues(a.values[index], b.values[index]) * direction;
        if (order !== 0) return order;
      }
      return 0;
    });
    return keyed.map(({ row }) => row);
  };
  return { command: { kind: 'all', name: 'sort', apply }, columns: unchanged };
}

function limit(scanner: QueryScanner): ParsedCommand {
  const count = scanner.takeNumber();
  if (count === undefined || !Number.isInteger(count) || count < 1 || count > MAX_LIMIT) {
    throw scanner.unexpected(`limit takes a whole number from 1 to ${MAX_LIMIT}, found`);
  }
  return {
    command: { kind: 'all', name: 'limit', apply: (rows) => rows.slice(0, count) },
    columns: unchanged,
  };
}

/** Keeps the first row for each set of values; rows in which one of them is missing all stay. */
function dedup(scanner: QueryScanner): ParsedCommand {
  const names = takeNames(scanner);
  const apply = (rows: readonly Row[]): readonly Row[] => {
    const seen = new Set<string>();
    return rows.filter((row) => {
      const values = names.map((name) => textOf(row.get(name)));
      if (values.includes(undefined)) return true;
      const key = JSON.stringify(values);
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  };
  return { command: { kind: 'all', name: 'dedup', apply }, columns: unchanged };
}

function stats(scanner: QueryScanner): ParsedCommand {
  const calls: AggregateCall[] = [];
  const results = takeNamed(scanner, calls);
  if (calls.length === 0) throw scanner.unexpected('stats needs a function such as count(*), found');
  const keys = scanner.takeWord('by') ? takeNamed(scanner) : [];
  const apply = (rows: readonly Row[]): readonly Row[] => {
    const groups = new Map<
      string,
      { readonly values: Value[]; readonly aggregates: ReturnType<AggregateCall['start']>[] }
    >();
    for (const row of rows) {
      const values = keys.map(({ expression }) => expression(row, []));
      const key = JSON.stringify(values.map(textOf));
      let group = groups.get(key);
      if (group === undefined) {
        group = { values, aggregates: calls.map(({ start }) => start()) };
        groups.set(key, group);
      }
      const timestamp = numberOf(row.get('@timestamp')) ?? 0;
      for (const [index, { argument }] of calls.entries()) {
        group.aggregates[index]?.add(argument(row, []), timestamp);
      }
    }
    return Array.from(groups.values(), ({ values, aggregates }) => {
      const row = new Row(undefined);
      keys.forEach(({ name }, index) => {
        row.set(name, values[index]);
      });
      const aggregated = aggregates.map((aggregate) => aggregate.result());
      for (const { name, expression } of results) row.set(name, expression(row, aggregated));
      return row;
    });
  };
  return {
    command: { kind: 'all', name: 'stats', apply },
    columns: () => [...keys, ...results].map(({ name }) => name),
  };
}

/** Expressions with commas between them; each is named by `as`, or as it is written. */
function takeNamed(scanner: QueryScanner, aggregates?: AggregateCall[]): Named[] {
  const named: Named[] = [];
  do {
    const start = scanner.position;
    const expression = new ExpressionParser(scanner, aggregates).expression();
    const written = scanner.since(start).replace(/^`([^`]*)`$/, '$1');
    const alias = scanner.takeWord('as') ? takeName(scanner) : undefined;
    named.push({ name: alias ?? written, expression });
  } while (scanner.take(','));
  return named;
}

function takeNames(scanner: QueryScanner): string[] {
  const names: string[] = [];
  do names.push(takeName(scanner));
  while (scanner.take(','));
  return names;
}

function takeName(scanner: QueryScanner): string {
  const name = scanner.takeName();
  if (name === undefined) throw scanner.unexpected('expected a name, found');
  return name;
}
