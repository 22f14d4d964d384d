import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { awsEnvironment, cleanEnvironment } from './environment.js';
import type { Case, Metrics } from './row.js';

const LIMIT_SECONDS = 60;

/** A run that gave no numbers, and why. */
export class RunError extends Error {
  override name = 'RunError';
}

interface FromLoad {
  readonly id?: number;
  readonly question?: unknown;
  readonly metrics?: Metrics;
  readonly skip?: string;
}

interface FromEndpoint {
  readonly port?: number;
  readonly id?: number;
  readonly answer?: unknown;
}

interface Task {
  readonly endpoint: string | undefined;
  readonly directory: string | undefined;
}

export type Outcome = { readonly metrics: Metrics } | { readonly skipped: string };

/**
 * Runs a case once: an endpoint in a process of its own, and the load in another one.
 *
 * @throws RunError when the load ends without saying what it measured, or takes too long
 */
export async function runCase(one: Case): Promise<Outcome> {
  const endpoint =
    one.endpoint === 'none'
      ? undefined
      : startProcess(`endpoint/${one.endpoint}.mjs`, [JSON.stringify(one.latencyMs ?? [0, 0])]);
  const directory = one.needsDirectory
    ? mkdtempSync(path.join(tmpdir(), 'cloudwatch-logs-bench-'))
    : undefined;
  try {
    const port = endpoint ? await portOf(endpoint) : undefined;
    const task: Task = {
      ...one.task,
      directory,
      endpoint: port === undefined ? undefined : `http://127.0.0.1:${port}`,
    };
    return await runLoad(one, task, endpoint?.child);
  } finally {
    endpoint?.child.kill('SIGKILL');
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Started {
  readonly child: ChildProcess;
  /** The last that it wrote to stderr. */
  readonly said: () => string;
}

function startProcess(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Started {
  const child = fork(fileURLToPath(new URL(`../${file}`, import.meta.url)), args, {
    execArgv: ['--no-warnings', '--expose-gc'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...cleanEnvironment(), ...env },
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  return { child, said: () => lastWords(said) };
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What a process wrote about its end, in one line and without the paths of this machine. */
function lastWords(said: string): string {
  const lines = said.trim().split('\n');
  const error = lines.find((line) => /^(Uncaught )?\w*Error\b/.test(line)) ?? lines.at(-1) ?? '';
  return error.replaceAll(ROOT, '').replaceAll(tmpdir(), '').slice(0, 300);
}

function portOf({ child, said }: Started): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('message', (message: FromEndpoint) => resolve(message.port ?? 0));
    child.once('exit', () => reject(new RunError(`The endpoint ended at once: ${said()}`)));
  });
}

function runLoad(one: Case, task: Task, endpoint: ChildProcess | undefined): Promise<Outcome> {
  const env = one.usesEnvironment && task.endpoint !== undefined ? awsEnvironment(task.endpoint) : {};
  const { child, said } = startProcess(`loads/${one.load}.mjs`, [JSON.stringify(task)], env);
  const limit = one.limitSeconds ?? LIMIT_SECONDS;
  let outcome: Outcome | undefined;
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      child.kill('SIGKILL');
      const last = said();
      reject(new RunError(last === '' ? why : `${why}; its last words: ${last}`));
    };
    const timer = setTimeout(() => fail(`gave no numbers within ${limit} s`), limit * 1000);
    child.on('message', ({ id, question, metrics, skip }: FromLoad) => {
      if (question !== undefined) endpoint?.send({ id, question }, ignoreFailure);
      if (metrics === undefined && skip === undefined) return;
      outcome = metrics ? { metrics } : { skipped: skip ?? '' };
      child.kill('SIGKILL'); // there is nothing that it must still do
    });
    endpoint?.on('message', (message: FromEndpoint) => {
      if (child.connected) child.send(message, ignoreFailure);
    });
    // 'close' comes after everything that it wrote.
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (outcome) resolve(outcome);
      else fail(`ended with ${signal ?? `exit code ${code}`} before it had measured`);
    });
  });
}

/** A process that ends while it is spoken to says so by its own event. */
function ignoreFailure(): void {}
