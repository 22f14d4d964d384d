/**
 * Logs with these loggers and ends; SCENARIO says how, as JSON: { "lines", "first": one line of each is stored before the
 * others, "ending" }
 */
export function logAndEnd(loggers, flush) {
  const { lines, first, ending } = JSON.parse(process.env.SCENARIO);
  let number = 0;
  const log = () => {
    for (const logger of loggers) logger.info(`number ${number}`);
    number++;
  };

  async function main() {
    if (first) {
      log();
      await flush();
    }
    for (let i = 0; i < lines; i++) log();
    if (ending === 'process.exit()') process.exit(0);
    if (ending === 'uncaught error') throw new Error('the application failed');
    if (ending === 'SIGTERM') {
      process.once('SIGTERM', () => process.exit(0));
      setInterval(() => {}, 60_000);
      process.kill(process.pid, 'SIGTERM');
    }
  }

  main().catch((error) => {
    setImmediate(() => {
      throw error;
    });
  });
}
