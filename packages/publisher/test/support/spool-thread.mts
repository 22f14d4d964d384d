// Run by tests as a worker thread: writes five events into the directory that is its data, and lives until it is ended.
import { parentPort, workerData } from 'node:worker_threads';
import { open, STREAM } from './spool-fixture.ts';

const spool = open(workerData, { mode: 'always' });
await spool.ready;
for (let number = 1; number <= 5; number++) spool.append(STREAM, `event ${number}`, Date.now(), 0);
await spool.flush();
parentPort?.postMessage('written');
setInterval(() => {}, 60_000);
