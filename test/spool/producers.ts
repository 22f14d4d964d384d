import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { FlushResult, PublisherStats } from 'cloudwatch-logs-publisher';
import { spoolModule } from './spool-module.js';

export const logGroupName = 'app';

export interface ProducerOptions {
  readonly endpoint: string;
  readonly directory: string;
  readonly mode: 'overflow' | 'always';
  readonly run: number;
  /** Events a second. */
  readonly rate?: number;
  /** How many events it logs before it ends. @default until it is told to end */
  readonly events?: number;
  /** Characters that each message has besides its number. */
  readonly padding?: number;
  /** How long the flush at its end may take. @default 60_000 */
  readonly flushMs?: number;
  readonly options?: object;
}

export interface ProducerEnd {
  readonly logged: number;
  readonly flushed: FlushResult;
  readonly closed: FlushResult;
  readonly stats: PublisherStats;
}

/** A process that logs with a spool; see `producer.mjs`. */
export class Producer {
  readonly child: ChildProcess;
  readonly warnings: string[] = [];
  /** Events of this run that its spool has given to the kernel. */
  written = 0;
  /** Events of puts that the runs before may have sent. */
  resent = 0;
  /** Copies of events that it counted as possibly stored besides the first. */
  copies = 0;
  /** Bytes of its memory (RSS), before it logs anything and every half second from then on. */
  readonly memory: number[] = [];
  result: ProducerEnd | undefined;
  readonly #closed: Promise<unknown>;
  #onLine: (() => void)[] = [];

  constructor(t: TestContext, options: ProducerOptions) {
    const script = fileURLToPath(new URL('producer.mjs', import.meta.url));
    this.child = spawn(
      process.execPath,
      ['--no-warnings', script, JSON.stringify({ ...options, spoolModule })],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    t.after(() => this.child.kill('SIGKILL'));
    const { stdout } = this.child;
    assert.ok(stdout);
    const lines = createInterface({ input: stdout });
    lines.on('line', (line) => this.#hear(line));
    this.#closed = Promise.all([once(this.child, 'close'), once(lines, 'close')]);
  }

  /** Resolves when so many events are in the spool, or the process has ended. */
  async hasWritten(events = 1): Promise<void> {
    while (this.written < events && this.child.exitCode === null) await this.said();
  }

  /** Resolves when it says something, or has ended. */
  async said(): Promise<void> {
    const line = new Promise<void>((resolve) => this.#onLine.push(resolve));
    await Promise.race([line, this.#closed]);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.#closed;
  }

  /** Lets it deliver what is left and end. */
  async end(): Promise<ProducerEnd> {
    this.child.stdin?.write('end\n');
    return this.ended();
  }

  /** Resolves when it has ended by itself. */
  async ended(): Promise<ProducerEnd> {
    await this.#closed;
    assert.ok(this.result, 'the process ended without its counters');
    return this.result;
  }

  #hear(line: string): void {
    if (line.startsWith('w ')) {
      this.written = Number(line.slice(2));
    } else if (line.startsWith('p ')) this.resent = Number(line.slice(2));
    else if (line.startsWith('d ')) this.copies += Number(line.slice(2));
    else if (line.startsWith('m ')) this.memory.push(Number(line.slice(2)));
    else if (line.startsWith('warn ')) this.warnings.push(line.slice(5));
    else if (line.startsWith('{')) this.result = JSON.parse(line);
    for (const resolve of this.#onLine.splice(0)) resolve();
  }
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
}

/** A directory that is gone after the test. */
export function spoolDirectory(t: TestContext): string {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'spool-'));
  t.after(() => fs.rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));
  return directory;
}

/** The law of the counters. */
export function checkLaw(stats: PublisherStats): void {
  const { received, delivered, dropped, rejected, buffered, inFlight, spooled } = stats;
  const lost = [...Object.values(dropped), ...Object.values(rejected)].reduce((sum, n) => sum + n, 0);
  assert.equal(received, delivered + lost + buffered + inFlight + spooled, JSON.stringify(stats));
}
