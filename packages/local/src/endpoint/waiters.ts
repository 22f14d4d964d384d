interface Waiter {
  readonly check: () => void;
  readonly fail: (error: Error) => void;
}

/** Those who wait for something to become so. Whoever changes something has them look again. */
export class Waiters {
  readonly #waiters = new Set<Waiter>();

  /** Resolves when the condition holds; rejects with what `explain` says when the time is over. */
  wait(condition: () => boolean, timeoutMs: number, explain: () => string): Promise<void> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const settle = (settled: () => void): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        settled();
      };
      const waiter: Waiter = {
        check: () => {
          try {
            if (condition()) settle(resolve);
          } catch (error) {
            settle(() => reject(error));
          }
        },
        fail: (error) => settle(() => reject(error)),
      };
      timer = setTimeout(() => waiter.fail(new Error(explain())), timeoutMs);
      this.#waiters.add(waiter);
      waiter.check();
    });
  }

  check(): void {
    for (const waiter of [...this.#waiters]) waiter.check();
  }

  fail(error: Error): void {
    for (const waiter of [...this.#waiters]) waiter.fail(error);
  }
}
