// node cluster.mjs ENDING: two processes of a cluster log, as app.mjs does, and end; the first one waits for them.
import cluster from 'node:cluster';

if (cluster.isPrimary) {
  cluster.setupPrimary({ exec: new URL('app.mjs', import.meta.url).pathname, args: process.argv.slice(2) });
  for (let n = 0; n < 2; n++) {
    cluster.fork().on('exit', (code) => {
      process.exitCode ||= code;
    });
  }
}
