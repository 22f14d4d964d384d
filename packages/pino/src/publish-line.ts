import type { Publisher } from 'cloudwatch-logs-publisher';
import { wallTime } from 'cloudwatch-logs-publisher/worker';
import { type LevelNames, readContext, readTimestamp } from './line-reader.js';

/** How the lines of a logger are read. */
export interface LineFormat {
  readonly levels: LevelNames;
  /** See `timeKey` in the options. */
  readonly timeKey: string | undefined;
}

/** Gives a line of pino to the publisher, as it is. */
export function publishLine(publisher: Publisher, { levels, timeKey }: LineFormat, line: string): void {
  const event = { timestamp: readTimestamp(line, wallTime, timeKey), message: line };
  if (publisher.needsContext) publisher.publish(event, readContext(line, levels));
  else publisher.publish(event);
}
