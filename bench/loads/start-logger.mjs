/**
 * Starts what a task names. A logger has:
 *   log(number, text)  writes one line
 *   deliver()          waits until it is stored, for loggers that can; may be called again
 *   end()              what its documentation says to do at the end, for those that have nothing else
 *   stored()           for those that write to no endpoint: waits until everything is written
 *   shortens           the line is not sent as a whole
 */
export async function startLogger(task) {
  const { start } = await import(new URL(`../${task.logger}.mjs`, import.meta.url));
  return start(task);
}
