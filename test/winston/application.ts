import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CloudWatchTransportOptions } from 'winston-cloudwatch-logs';

/** What an application of these tests is told to do; see `apps/scenario.cjs`. Plain data. */
export interface Scenario {
  readonly ending: string;
  readonly lines: number;
  readonly options: CloudWatchTransportOptions;
  readonly loggerOptions?: { readonly exitOnError?: boolean };
}

/** How an application ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** From the moment when it had logged everything. */
  readonly endingMs: number;
}

/** An application in a process of its own. */
export class Application {
  readonly #child: ChildProcess;
  readonly #ended: Promise<Ended>;
  #stdout = '';

  constructor(scenario: Scenario, format: 'mjs' | 'cjs' = 'mjs') {
    const file = fileURLToPath(new URL(`./apps/app.${format}`, import.meta.url));
    let loggedAt = Number.NaN;
    let stderr = '';
    this.#child = spawn(process.execPath, [file, JSON.stringify(scenario)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      if (Number.isNaN(loggedAt) && this.#stdout.includes('logged\n')) loggedAt = performance.now();
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    this.#ended = once(this.#child, 'close').then(([code, signal]) => ({
      code,
      signal,
      stderr,
      endingMs: performance.now() - loggedAt,
    }));
  }

  /** Waits for a line on stdout that begins with `word`; gives that line. */
  async told(word: string): Promise<string> {
    for (;;) {
      const line = this.#stdout.split('\n').find((text) => text.startsWith(word));
      if (line !== undefined) return line;
      const next = this.#child.stdout ? once(this.#child.stdout, 'data') : Promise.resolve();
      const ended = await Promise.race([next.then(() => undefined), this.#ended]);
      if (ended && !this.#stdout.includes(word)) {
        throw new Error(`The application ended without "${word}": ${ended.stderr}`);
      }
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  ended(): Promise<Ended> {
    return this.#ended;
  }
}

/** Options of the transport for an endpoint on this machine. */
export function optionsFor(endpoint: string, logGroupName: string): CloudWatchTransportOptions {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return { logGroupName, logStreamName: 'one', aws: { endpoint, region: 'us-east-1', credentials } };
}
