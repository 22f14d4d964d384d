import { type Command, type ParsedCommand, takeCommand } from './commands.js';
import { QueryScanner } from './query-scanner.js';
import { type QueriedEvent, Row } from './row.js';
import { textOf } from './value.js';

/** One row of a result. */
export type ResultRow = readonly { readonly field: string; readonly value: string }[];

/** The columns where neither `fields`, `display` nor `stats` names any. */
const DEFAULT_COLUMNS = ['@timestamp', '@message'];
/** Rows of a result when nothing says how many. Source: API reference of StartQuery. */
const DEFAULT_LIMIT = 10_000;
const MAX_STATS = 2;

/** A query of CloudWatch Logs Insights that was understood. */
export class Query {
  readonly #commands: readonly Command[];
  readonly #columns: readonly string[];

  /** @throws QueryError when the query is not understood or uses what is not emulated */
  constructor(text: string) {
    const scanner = new QueryScanner(text);
    const parsed: ParsedCommand[] = [];
    do {
      const start = scanner.position;
      const next = takeCommand(scanner);
      if (!mayFollow(parsed, next)) {
        scanner.position = start;
        throw scanner.unexpected();
      }
      parsed.push(next);
    } while (scanner.take('|'));
    if (!scanner.done) throw scanner.unexpected();
    this.#commands = parsed.map(({ command }) => command);
    this.#columns =
      parsed.reduce<readonly string[] | undefined>(
        (columns, command) => command.columns(columns),
        undefined,
      ) ?? DEFAULT_COLUMNS;
  }

  /** Begins a run of the query. */
  start(limit: number | undefined): QueryRun {
    return new QueryRun(this.#commands, this.#columns, limit);
  }
}

/** Two `stats` can be in a query, and only `limit` behind `dedup`. */
function mayFollow(before: readonly ParsedCommand[], { command }: ParsedCommand): boolean {
  const stats = before.filter(({ command: { name } }) => name === 'stats').length;
  if (command.name === 'stats' && stats >= MAX_STATS) return false;
  return before.at(-1)?.command.name !== 'dedup' || command.name === 'limit';
}

/** One run of a query. Events are added one by one, the newest first; then the result is taken. */
export class QueryRun {
  readonly #each: readonly Command[];
  readonly #rest: readonly Command[];
  readonly #columns: readonly string[];
  readonly #limit: number;
  readonly #rows: Row[] = [];

  constructor(commands: readonly Command[], columns: readonly string[], limit: number | undefined) {
    const firstOfAll = commands.findIndex(({ kind }) => kind === 'all');
    const split = firstOfAll === -1 ? commands.length : firstOfAll;
    this.#each = commands.slice(0, split);
    this.#rest = commands.slice(split);
    this.#columns = columns;
    this.#limit = commands.some(({ name }) => name === 'limit')
      ? Number.POSITIVE_INFINITY
      : (limit ?? DEFAULT_LIMIT);
  }

  add(event: QueriedEvent): void {
    const row = new Row(event);
    if (this.#each.every((command) => command.kind === 'each' && command.apply(row))) this.#rows.push(row);
  }

  /** Events that passed the commands which look at one at a time. */
  get matched(): number {
    return this.#rows.length;
  }

  result(): ResultRow[] {
    let rows: readonly Row[] = this.#rows;
    for (const command of this.#rest) {
      rows = command.kind === 'all' ? command.apply(rows) : rows.filter(command.apply);
    }
    return rows.slice(0, this.#limit).map((row) => {
      const cells = this.#columns.flatMap((field) => {
        const value = textOf(row.get(field));
        return value === undefined ? [] : [{ field, value }];
      });
      return row.pointer === undefined ? cells : [...cells, { field: '@ptr', value: row.pointer }];
    });
  }
}
