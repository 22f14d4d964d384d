import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { awsEnvironment, cleanEnvironment } from '../harness/environment.js';
import type { Contender } from '../rows/contenders.js';

/** Lines to log, by their numbers: `from` the first on, `to` without the last. */
export interface Lines {
  readonly from: number;
  readonly to: number;
  /** How many in one turn of the event loop. @default all */
  readonly perTurn?: number;
  /** Milliseconds between two turns. @default 1 */
  readonly everyMs?: number;
  /** Bytes that the text of each has besides. @default 0 */
  readonly fillBytes?: number;
  /** Call `process.exit()` in the turn of the last one. */
  readonly thenExit?: boolean;
}

interface Told {
  readonly ready?: boolean;
  readonly logged?: boolean;
}

/** Bytes of a line, without what fills it. */
const LINE_BYTES = 200;
/** Longest that a transport may take to let `process.exit()` through; pino waits ten seconds for its worker. */
const END_MS = 15_000;

/** A process that logs with one transport. */
export class LoggingProcess {
  readonly #child: ChildProcess;
  #said = '';
  #isToEnd = false;
  /** The end that nobody asked for, with its last words; resolves at an end that was asked for with `undefined`. */
  readonly ended: Promise<string | undefined>;

  private constructor({ logger, settings = {}, usesEnvironment }: Contender, endpoint: string) {
    const program = fileURLToPath(new URL('application.mjs', import.meta.url));
    this.#child = fork(program, [JSON.stringify({ logger, settings, endpoint, bytes: LINE_BYTES })], {
      execArgv: ['--no-warnings'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...cleanEnvironment(), ...(usesEnvironment && awsEnvironment(endpoint)) },
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(0, 20_000);
    });
    this.ended = once(this.#child, 'close').then(() => {
      return this.#isToEnd ? undefined : reasonOf(this.#said);
    });
  }

  /** @throws Error when it ends before it can log */
  static async start(contender: Contender, endpoint: string): Promise<LoggingProcess> {
    const started = new LoggingProcess(contender, endpoint);
    const ready = await started.#told((told) => told.ready === true);
    if (!ready) throw new Error(`${contender.id} did not start: ${await started.ended}`);
    return started;
  }

  /** Logs; resolves when it is done, or when the process has ended. */
  async log(lines: Lines): Promise<void> {
    const { from, to, perTurn = to - from, everyMs = 1, fillBytes = 0, thenExit = false } = lines;
    if (thenExit) this.#isToEnd = true;
    const logged = this.#told((told) => told.logged === true);
    // One that has ended already is told by `logged`.
    if (this.#child.connected) {
      this.#child.send({ from, to, perTurn, everyMs, fillBytes, thenExit }, () => {});
    }
    await logged;
  }

  /** Has it call `process.exit()`, and kills it when that takes too long. */
  async end(): Promise<void> {
    this.#isToEnd = true;
    if (this.#child.connected) this.#child.send({ exit: true }, () => {});
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), END_MS);
    await this.ended;
    clearTimeout(timer);
  }

  async #told(isIt: (told: Told) => boolean): Promise<Told | undefined> {
    const message = new Promise<Told>((resolve) => {
      const listener = (told: Told) => {
        if (!isIt(told)) return;
        this.#child.off('message', listener);
        resolve(told);
      };
      this.#child.on('message', listener);
    });
    return Promise.race([message, this.ended.then(() => undefined)]);
  }
}

/** Why Node.js says that a process ended: the line below the one that points to the place in the code. */
function reasonOf(said: string): string {
  const lines = said.split('\n');
  const marker = lines.findIndex((line) => /^\s*\^+\s*$/.test(line));
  return lines.slice(marker + 1).find((line) => line.trim() !== '') ?? 'without a word';
}
