import type { Publisher } from 'cloudwatch-logs-publisher';
import { type LevelNames, readContext, readTimestamp } from './line-reader.js';

/** Gives a line of pino to the publisher, as it is. */
export function publishLine(publisher: Publisher, levels: LevelNames, line: string): void {
  const event = { timestamp: readTimestamp(line, Date.now), message: line };
  if (publisher.needsContext) publisher.publish(event, readContext(line, levels));
  else publisher.publish(event);
}
