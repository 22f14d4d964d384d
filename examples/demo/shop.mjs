// A small web shop: answers requests and logs each of them with the logger that it is given.
// It tells its parent process how many lines it logged, so that somebody besides the transport keeps count.
import http from 'node:http';

/**
 * @param log logs one line: (level, fields, message)
 * @param stop ends the logger and answers with the transport's own counters
 */
export function runShop({ name, log, stop }) {
  let lines = 0;
  const write = (level, fields, message) => {
    lines += 1;
    log(level, { line: `${name}-${process.pid}-${lines}`, ...fields }, message);
  };

  const server = http.createServer((request, response) => {
    const startedAt = performance.now();
    const order = Math.floor(Math.random() * 10_000);
    const failed = Math.random() < 0.05;
    write('info', { method: request.method, url: request.url }, 'request received');
    if (failed) write('error', { order, err: new Error('card declined') }, 'payment failed');
    response.statusCode = failed ? 402 : 200;
    response.end();
    const responseTimeMs = Number((performance.now() - startedAt).toFixed(3));
    write('info', { url: request.url, statusCode: response.statusCode, responseTimeMs }, 'request completed');
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

  process.once('SIGTERM', () => {
    server.closeAllConnections();
    server.close(async () => {
      const stats = await stop();
      process.send({ lines, stats }, () => process.disconnect());
    });
  });
}
