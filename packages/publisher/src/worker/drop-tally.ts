import type { Drop } from '../accounts/diagnostics.js';
import { clearTimeout, setTimeout } from '../time/clock.js';

const REPORT_EVERY_MS = 1000;

/** Adds up drops of the same reason and stream, so that a flood of them is one report a second. */
export class DropTally {
  readonly #report: (drop: Drop) => void;
  readonly #drops = new Map<string, Drop>();
  #timer: NodeJS.Timeout | undefined;

  constructor(report: (drop: Drop) => void) {
    this.#report = report;
  }

  add(drop: Drop): void {
    const key = [drop.reason, drop.logGroupName, drop.logStreamName, drop.cause].join('\0');
    const known = this.#drops.get(key);
    this.#drops.set(key, {
      ...drop,
      events: drop.events + (known?.events ?? 0),
      bytes: drop.bytes + (known?.bytes ?? 0),
    });
    this.#timer ??= setTimeout(() => this.report(), REPORT_EVERY_MS).unref();
  }

  /** Reports at once what has come together. */
  report(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const drop of this.#drops.values()) this.#report(drop);
    this.#drops.clear();
  }
}
