/** A query that is not understood, or that uses what is not emulated. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  /** Offsets in the query: from its first character that is not understood to behind its last. */
  readonly start: number;
  readonly end: number;

  constructor(query: string, start: number, end: number, reason: string) {
    const before = query.slice(0, start).split('\n');
    const position = before.at(-1)?.length ?? 0;
    super(`${reason} at line ${before.length} and position ${position}`);
    this.start = start;
    this.end = end;
  }
}
