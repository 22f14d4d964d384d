// How long a process takes to end that has just logged, and what is stored by then.
//   task: { logger, settings, bytes, events, way: "natural" | "exit" }
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { counted, now, report, reset } from './endpoint-link.mjs';

const task = JSON.parse(process.argv[2]);
await reset({ skip: task.bytes, events: task.events });
const application = fileURLToPath(new URL('ending-application.mjs', import.meta.url));
const child = spawn(process.execPath, ['--no-warnings', application, process.argv[2]], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
await once(child.stdout, 'data'); // everything is logged
const logged = now();
await once(child, 'exit');
const ended = now();
const { events } = await counted();
report({ endMs: ended - logged, missing: Math.max(0, task.events - events) });
