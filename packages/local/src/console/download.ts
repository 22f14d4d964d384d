import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { EndpointParts } from '../endpoint/local.js';
import type { EventQuery } from './event-query.js';
import { searchPage } from './search.js';

/** Sends all events that a query wants as a file, oldest first, no faster than it is taken. */
export async function sendDownload(
  query: EventQuery,
  format: 'ndjson' | 'text',
  response: ServerResponse,
  parts: EndpointParts,
): Promise<void> {
  const extension = format === 'text' ? 'log' : 'ndjson';
  response.writeHead(200, {
    'content-type': format === 'text' ? 'text/plain; charset=utf-8' : 'application/x-ndjson',
    'content-disposition': `attachment; filename="cloudwatch-logs.${extension}"`,
  });
  let cursor: string | undefined;
  do {
    const page = await searchPage(query, { direction: 'forward', cursor, limit: 1000, whole: true }, parts);
    const lines = page.events.map(({ group, ingestionTime, message, stream, timestamp }) =>
      format === 'text'
        ? `${message}\n`
        : `${JSON.stringify({ timestamp, ingestionTime, logGroup: group, logStream: stream, message })}\n`,
    );
    if (response.destroyed) return;
    if (!response.write(lines.join(''))) {
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
    }
    cursor = page.cursor;
  } while (cursor !== undefined && !response.destroyed);
  response.end();
}
