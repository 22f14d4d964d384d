export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { loggers } = await import('./loggers.js');
  for (const { logger } of loggers) logger.info('started');
}
