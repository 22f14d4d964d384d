import type { Batch } from '../batch/batch.js';
import type { Target } from '../cloudwatch/sink.js';
import type { PossibleDuplicates } from './events.js';

/** @param copies how often each event of the batch may be stored besides once */
export function possibleDuplicates(target: Target, batch: Batch, copies: number): PossibleDuplicates {
  const filter = `filter @logStream = ${quoted(target.logStreamName)}`;
  return {
    ...target,
    events: batch.weight,
    copies: batch.weight * copies,
    ...batch.timeRange,
    show: `${filter} | stats count(*) as copies by @timestamp, @message | filter copies > 1`,
    // Lines that are equal and of the same millisecond are one as well.
    remove: `fields @timestamp, @message | ${filter} | sort @timestamp asc | dedup @timestamp, @message`,
  };
}

/** In one line, for people. */
export function duplicatesMessage({
  logGroupName,
  logStreamName,
  events,
  from,
  to,
  show,
}: PossibleDuplicates): string {
  return (
    `${events} event(s) of log stream "${logStreamName}" of log group "${logGroupName}" may be stored twice, because the ` +
    `answer to a put was lost (${new Date(from).toJSON()} to ${new Date(to).toJSON()}). Logs Insights shows them with: ${show}`
  );
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
