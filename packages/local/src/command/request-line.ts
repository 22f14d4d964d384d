import type { RequestRecord } from '../service/request-record.js';

/** One line about a request, without anything that was logged. */
export function requestLine(record: RequestRecord): string {
  const { logGroupName, logStreamName, message, events } = record;
  // Quoted, because what a client sends as a name may hold control characters.
  const place = [logGroupName, logStreamName]
    .filter((name) => name !== undefined)
    .map((name) => JSON.stringify(name));
  return [
    new Date(record.time).toISOString(),
    record.operation,
    record.outcome,
    `${record.durationMs.toFixed(1)} ms`,
    `${record.requestBytes} bytes`,
    events !== undefined && `${events} events`,
    place.length > 0 && place.join(' '),
    record.faults.length > 0 && `fault: ${record.faults.join(', ')}`,
    message !== undefined && record.operation === 'PutLogEvents' && JSON.stringify(message),
    record.offender !== undefined && `at event ${record.offender.index}`,
  ]
    .filter(Boolean)
    .join('  ');
}
