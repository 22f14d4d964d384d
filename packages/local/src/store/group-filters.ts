import type { FilterPattern } from '../filter-pattern/compile.js';
import type { FedPut, Subscription } from './feed.js';
import type { LogGroup } from './log-group.js';
import type { Store } from './store.js';

/** A filter that belongs to a log group and is fed with what is put into it. */
export interface GroupFilter {
  readonly filterName: string;
  readonly filterPattern: string;
  readonly pattern: FilterPattern;
  readonly creationTime: number;
}

/** Far more than arrive before a subscriber has its turn: the events are those of the store, and cost nothing more. */
const MAX_WAITING_EVENTS = 1_000_000;
const MAX_WAITING_BYTES = 256 * 1024 * 1024;

/** The filters of one kind of all log groups. They are gone with their group. */
export class GroupFilters<Filter extends GroupFilter> {
  readonly #store: Store;
  readonly #filters = new WeakMap<LogGroup, Map<string, Filter>>();
  readonly #subscription: Subscription;
  readonly #onPut: (put: FedPut, group: LogGroup, filters: Iterable<Filter>) => void;

  /** @param onPut told about each put into a group that has filters, after it */
  constructor(store: Store, onPut: (put: FedPut, group: LogGroup, filters: Iterable<Filter>) => void) {
    this.#store = store;
    this.#onPut = onPut;
    this.#subscription = store.feed.subscribe({
      maxEvents: MAX_WAITING_EVENTS,
      maxBytes: MAX_WAITING_BYTES,
      wants: (put) => this.#filtersFor(put) !== undefined,
      onEvents: () => this.drain(),
    });
  }

  /** The filters of a group, in the order in which they were made. */
  of(group: LogGroup): readonly Filter[] {
    return [...(this.#filters.get(group)?.values() ?? [])];
  }

  /** Adds a filter, or replaces the one of its name. It is fed with what is put from now on. */
  set(group: LogGroup, filter: Filter): void {
    this.drain();
    const filters = this.#filters.get(group) ?? new Map<string, Filter>();
    filters.set(filter.filterName, filter);
    this.#filters.set(group, filters);
    this.#store.listener?.groupChanged(group);
  }

  /** Answers false when there is no filter of this name. */
  delete(group: LogGroup, filterName: string): boolean {
    this.drain();
    const filters = this.#filters.get(group);
    const deleted = filters?.delete(filterName) ?? false;
    if (filters?.size === 0) this.#filters.delete(group);
    if (deleted) this.#store.listener?.groupChanged(group);
    return deleted;
  }

  /** Feeds what waits at once, instead of after the put. */
  drain(): void {
    for (const put of this.#subscription.take().puts) {
      const group = this.#groupOf(put);
      const filters = this.#filtersFor(put);
      if (group !== undefined && filters !== undefined) this.#onPut(put, group, filters.values());
    }
  }

  #groupOf({ region, accountId, logGroupName }: FedPut): LogGroup | undefined {
    return this.#store.account(region, accountId).groups.get(logGroupName);
  }

  #filtersFor(put: FedPut): Map<string, Filter> | undefined {
    const group = this.#groupOf(put);
    return group === undefined ? undefined : this.#filters.get(group);
  }
}
