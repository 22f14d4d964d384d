import { createRequire } from 'node:module';
import { setTimeout as later } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';

const require = createRequire(createRequire(import.meta.url).resolve('pino'));
const build = require('pino-abstract-transport');

// A module that is slow to load, as one that imports a large SDK.
await later(300);

export default () =>
  build(
    (source) => {
      parentPort.postMessage({ code: 'EVENT', name: 'levels', args: [source.levels] });
      source.resume();
    },
    { expectPinoConfig: true },
  );
