import type { EventContext, LogEvent, Publisher } from 'cloudwatch-logs-publisher';
import { wallTime } from 'cloudwatch-logs-publisher/worker';
import { type LevelNames, readContext, readLevel, readTimestamp } from './line-reader.js';

/** How the lines of a logger are read. */
export interface LineFormat {
  readonly levels: LevelNames;
  /** See `timeKey` in the options. */
  readonly timeKey: string | undefined;
}

/** Gives a line of pino to the publisher, as it is. */
export function publishLine(publisher: Publisher, format: LineFormat, line: string): void {
  publisher.publish(eventOf(line, format), contextFor(publisher, line, format));
}

/** The same once there is room for it. */
export function publishLineWhenRoom(
  publisher: Publisher,
  format: LineFormat,
  line: string,
): Promise<boolean> {
  return publisher.publishWhenRoom(eventOf(line, format), contextFor(publisher, line, format));
}

function eventOf(line: string, { timeKey }: LineFormat): LogEvent {
  return { timestamp: readTimestamp(line, wallTime, timeKey), message: line };
}

function contextFor(publisher: Publisher, line: string, { levels }: LineFormat): EventContext | undefined {
  if (!publisher.needsContext) return undefined;
  return publisher.needsFields ? readContext(line, levels) : readLevel(line, levels);
}
