import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { TestContext } from 'node:test';

/** A program that runs until a signal, or a fault, ends it. */
export interface Running {
  kill(signal: NodeJS.Signals): void;
  /** @returns the exit code or the signal, and what was printed */
  readonly ended: Promise<{ readonly code: number | string; readonly output: string }>;
}

/** Starts a program, which does not outlive the test. */
export function start(
  t: TestContext,
  program: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Running {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return {
    kill: (signal) => void child.kill(signal),
    ended: once(child, 'close').then(([code, signal]) => ({ code: signal ?? code, output })),
  };
}

/** What comes first: the promise, or the end of the program, which is an error then. */
export function whileRunning<T>({ ended }: Running, promise: Promise<T>): Promise<T> {
  const early = ended.then(({ code, output }) => {
    throw new Error(`The program ended with ${code}:\n${output}`);
  });
  return Promise.race([promise, early]);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
