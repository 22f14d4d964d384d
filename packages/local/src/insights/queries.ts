import { randomUUID } from 'node:crypto';
import { ServiceError } from '../errors/service-error.js';
import type { Account } from '../store/log-group.js';
import type { Query, QueryRun, ResultRow } from './query.js';
import type { EventSource } from './source.js';

export type QueryStatus = 'Running' | 'Complete' | 'Failed' | 'Cancelled';

/** A query to be started. */
export interface QueryRequest {
  readonly account: Account;
  /** Names of the groups that are searched. */
  readonly groupNames: readonly string[];
  /** The query as DescribeQueries shows it. */
  readonly queryString: string;
  readonly query: Query;
  readonly limit: number | undefined;
  readonly source: EventSource;
}

/** A query that was started. */
export interface StartedQuery {
  readonly queryId: string;
  readonly account: Account;
  readonly groupNames: readonly string[];
  readonly queryString: string;
  readonly createTime: number;
  readonly status: QueryStatus;
  readonly results: readonly ResultRow[];
  readonly statistics: {
    readonly recordsMatched: number;
    readonly recordsScanned: number;
    readonly bytesScanned: number;
    readonly logGroupsScanned: number;
  };
}

/** Queries that may run at a time. Source: quotas of CloudWatch Logs. */
const MAX_RUNNING = 100;
/** Queries that are remembered with their results; the service keeps them for seven days. */
const MAX_REMEMBERED = 1_000;

/** The queries of an endpoint. They run in slices, so that no query holds a put for long. */
export class Queries {
  readonly #now: () => number;
  readonly #queries = new Map<string, RunningQuery>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws ServiceError LimitExceededException */
  start(request: QueryRequest): StartedQuery {
    const running = this.of(request.account).filter(({ status }) => status === 'Running').length;
    if (running >= MAX_RUNNING) {
      throw new ServiceError(
        'LimitExceededException',
        `Account maximum query concurrency limit of [${MAX_RUNNING}] reached.`,
      );
    }
    const query = new RunningQuery(request, this.#now());
    this.#queries.set(query.queryId, query);
    const [oldest] = this.#queries.keys();
    if (this.#queries.size > MAX_REMEMBERED && oldest !== undefined) {
      this.#queries.get(oldest)?.cancel();
      this.#queries.delete(oldest);
    }
    return query;
  }

  /** The queries of an account, the newest first. */
  of({ region, accountId }: Account): StartedQuery[] {
    return [...this.#queries.values()]
      .filter(({ account }) => account.region === region && account.accountId === accountId)
      .reverse();
  }

  find(account: Account, queryId: string): StartedQuery | undefined {
    return this.of(account).find((query) => query.queryId === queryId);
  }

  /** Ends a query that runs. Answers false when it does not run any more. */
  cancel(queryId: string): boolean {
    return this.#queries.get(queryId)?.cancel() ?? false;
  }

  /** Ends and forgets all. */
  clear(): void {
    for (const query of this.#queries.values()) query.cancel();
    this.#queries.clear();
  }
}

class RunningQuery implements StartedQuery {
  readonly queryId = randomUUID();
  readonly account: Account;
  readonly groupNames: readonly string[];
  readonly queryString: string;
  readonly createTime: number;
  status: QueryStatus = 'Running';
  results: readonly ResultRow[] = [];
  readonly #run: QueryRun;
  readonly #source: EventSource;
  #scanned = 0;
  #bytes = 0;

  constructor({ account, groupNames, limit, query, queryString, source }: QueryRequest, createTime: number) {
    this.account = account;
    this.groupNames = groupNames;
    this.queryString = queryString;
    this.createTime = createTime;
    this.#run = query.start(limit);
    this.#source = source;
    setImmediate(() => this.#slice());
  }

  get statistics(): StartedQuery['statistics'] {
    return {
      recordsMatched: this.#run.matched,
      recordsScanned: this.#scanned,
      bytesScanned: this.#bytes,
      logGroupsScanned: this.groupNames.length,
    };
  }

  cancel(): boolean {
    if (this.status !== 'Running') return false;
    this.status = 'Cancelled';
    return true;
  }

  #slice(): void {
    if (this.status !== 'Running') return;
    try {
      const more = this.#source.readSlice((event, bytes) => {
        this.#scanned += 1;
        this.#bytes += bytes;
        this.#run.add(event);
      });
      if (more) {
        setImmediate(() => this.#slice());
        return;
      }
      this.results = this.#run.result();
      this.status = 'Complete';
    } catch {
      // It is the query's problem: others go on.
      this.status = 'Failed';
    }
  }
}
