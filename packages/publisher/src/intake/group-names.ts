import type { Diagnostics } from '../accounts/diagnostics.js';
import { compileGroupName, type GroupTemplate, sanitizeGroupName } from '../options/group-name.js';
import type { EventContext, NameEnvironment } from '../options/name-template.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { chosenName } from '../options/stream-name.js';

/** The fields of events must not make groups without end: CloudWatch Logs keeps them until somebody deletes them. */
const MOST_GROUPS = 100;
/** Where a function of the application chose none. */
const UNNAMED = 'unnamed-log-group';

/**
 * Names the log groups of one publisher, at most 100: events for more go to one group for them all, which the warning
 * names.
 */
export class GroupNames {
  /** The group of all events; undefined where it depends on them. */
  readonly only: string | undefined;
  readonly #template: GroupTemplate | undefined;
  readonly #choose: (timestamp: number, context: EventContext | undefined, message: string) => string;
  readonly #rest: string;
  readonly #warn: (message: string, topic: string) => void;
  readonly #given = new Set<string>();

  constructor(options: ResolvedOptions, environment: NameEnvironment, diagnostics: Diagnostics) {
    const { logGroupName } = options;
    this.#warn = (message, topic) => diagnostics.warn({ code: 'group-name', message }, topic);
    if (typeof logGroupName === 'string') {
      const template = compileGroupName(logGroupName, environment);
      this.#template = template;
      this.only = template.only;
      this.#rest = template.rest;
      this.#choose = template.nameFor;
    } else {
      this.#rest = UNNAMED;
      const onProblem = (problem: string) =>
        this.#warn(`logGroupName ${problem}; the log group "${UNNAMED}" is used.`, 'function');
      this.#choose = (timestamp, context, message) => {
        const chosen = chosenName(() => logGroupName({ timestamp, message, ...context }), onProblem);
        const name = chosen === undefined ? undefined : sanitizeGroupName(chosen);
        if (chosen !== undefined && name === undefined) onProblem('returned no name');
        return name ?? UNNAMED;
      };
    }
  }

  /** Whether the name depends on the level or the fields of an event. */
  get dependsOnEvent(): boolean {
    return this.only === undefined;
  }

  /** Groups that a function chose so far, for a thread that cannot have it. */
  get chosen(): string[] {
    return this.#template ? [] : [...this.#given, this.#rest];
  }

  /** The group of an event. Never throws. */
  nameFor(timestamp: number, context: EventContext | undefined, message: string): string {
    if (this.only !== undefined) return this.only;
    const name = this.#choose(timestamp, context, message);
    if (this.#given.has(name) || name === this.#rest) return name;
    if (this.#given.size >= MOST_GROUPS - 1) {
      const message =
        `events name more than ${MOST_GROUPS} log groups, the most that one publisher uses; ` +
        `those of all others go to the log group "${this.#rest}".`;
      this.#warn(message, 'many');
      return this.#rest;
    }
    this.#given.add(name);
    return name;
  }

  /** Whether a group is this publisher's own, and not one whose events it only took over from a spool. */
  owns(logGroupName: string): boolean {
    return (
      this.#given.has(logGroupName) || (this.#template?.gives(logGroupName) ?? logGroupName === this.#rest)
    );
  }

  /** From now on these are its own, too. */
  take(chosen: readonly string[]): void {
    for (const name of chosen) this.#given.add(name);
  }
}
