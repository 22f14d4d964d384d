import type { EventContext } from 'cloudwatch-logs-publisher';
import { severityOfName } from 'cloudwatch-logs-publisher/worker';

/** Between levels for which no usual name says more. */
const STEP = 0.001;
/** Levels with names of the application alone lie between trace and fatal. */
const [LEAST, MOST] = [10, 60];

/** The levels of a logger, where lower numbers are more severe, as the context that tells a publisher how severe they are. */
export class Severities {
  readonly #contexts = new Map<string, EventContext>();

  /** @param loggers their levels; where several have a name, the first says how severe it is */
  constructor(loggers: readonly Readonly<Record<string, number>>[]) {
    for (const levels of loggers) {
      for (const [level, severity] of severitiesOf(levels)) {
        if (!this.#contexts.has(level)) this.#contexts.set(level, { level, severity });
      }
    }
  }

  contextOf(level: unknown): EventContext {
    if (typeof level !== 'string') return {};
    return this.#contexts.get(level) ?? { level };
  }
}

/** Usual names have their usual severity, as far as that leaves the order that the logger gives its levels. */
function severitiesOf(levels: Readonly<Record<string, number>>): Map<string, number> {
  const names = Object.keys(levels).sort((a, b) => levels[b] - levels[a]);
  const isUsual = names.some((name) => severityOfName(name) !== undefined);
  const severities = new Map<string, number>();
  let [number, severity] = [Number.NaN, 0];
  for (const [index, name] of names.entries()) {
    const own = isUsual ? severityOfName(name) : LEAST + ((MOST - LEAST) * index) / names.length;
    if (levels[name] !== number) severity = Math.max(own ?? severity, severity + STEP);
    number = levels[name];
    severities.set(name, severity);
  }
  return severities;
}
