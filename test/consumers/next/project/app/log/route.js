import { loggers } from '../../loggers.js';

export const dynamic = 'force-dynamic';

/** `?lines=N`: logs so many lines with each logger, and flushes; `&unflushed`: does not; `&exit`: ends the server. */
export async function GET(request) {
  const { searchParams } = new URL(request.url);
  for (let i = 0; i < Number(searchParams.get('lines')); i++) {
    for (const { logger } of loggers) logger.info(`number ${i}`);
  }
  if (searchParams.has('exit')) process.exit(0);
  if (searchParams.has('unflushed')) return Response.json([]);
  const flushed = await Promise.all(loggers.map(({ flush }) => flush()));
  return Response.json(flushed.map(({ delivered }) => delivered));
}
