// node cluster.mjs ENDING: two processes of a cluster log, as app.mjs does, and end; the first one waits for them. Only when
// it disconnects them they run out of work.
import cluster from 'node:cluster';

if (cluster.isPrimary) {
  cluster.setupPrimary({ exec: new URL('app.mjs', import.meta.url).pathname, args: process.argv.slice(2) });
  for (let n = 0; n < 2; n++) {
    const worker = cluster.fork();
    worker.on('exit', (code) => {
      process.exitCode ||= code;
    });
    if (process.argv[2] === 'natural end') worker.on('online', () => worker.disconnect());
  }
}
