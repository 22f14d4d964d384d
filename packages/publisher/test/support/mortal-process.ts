import type { TestContext } from 'node:test';
import type { Batch } from '../../src/batch/batch.ts';
import type { PutResult, Sink, Target } from '../../src/cloudwatch/sink.ts';
import type { PublisherOptions } from '../../src/options/options.ts';
import { Publisher } from '../../src/publisher.ts';
import { openSpool, type Spool, type SpoolOptions } from '../../src/spool/spool.ts';
import type { Clock } from '../../src/time/clock.ts';
import { settledBy } from './disk-pace.ts';
import type { SimulatedService, VirtualClock } from './simulation.ts';
import { atEnd, deadOwner } from './spool-fixture.ts';

/** The connections of one process to the service: cut, nothing gets through, nor an answer. */
export class Connection implements Sink {
  readonly #service: SimulatedService;
  #isCut = false;

  constructor(service: SimulatedService) {
    this.#service = service;
  }

  cut(): void {
    this.#isCut = true;
  }

  put(target: Target, batch: Batch, token: string | undefined): Promise<PutResult> {
    return this.#through(() => this.#service.put(target, batch, token));
  }

  createLogGroup(logGroupName: string) {
    return this.#through(() => this.#service.createLogGroup(logGroupName));
  }

  createLogStream(target: Target) {
    return this.#through(() => this.#service.createLogStream(target));
  }

  putRetentionPolicy(logGroupName: string, days: number) {
    return this.#through(() => this.#service.putRetentionPolicy(logGroupName, days));
  }

  describeSequenceToken(target: Target) {
    return this.#through(() => this.#service.describeSequenceToken(target));
  }

  close(): void {}

  async #through<T>(call: () => Promise<T>): Promise<T> {
    const never = new Promise<T>(() => {});
    if (this.#isCut) return never;
    const answer = await call();
    return this.#isCut ? never : answer;
  }
}

/** The clock of one process: it stands still when the process is dead. */
export class ProcessClock implements Clock {
  readonly #clock: VirtualClock;
  isStopped = false;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  wallTime(): number {
    return this.#clock.wallTime();
  }

  setTimer(callback: () => void, ms: number): unknown {
    return this.#clock.setTimer(() => {
      if (!this.isStopped) callback();
    }, ms);
  }

  clearTimer(timer: unknown): void {
    this.#clock.clearTimer(timer);
  }

  soon(callback: () => void): void {
    this.#clock.soon(() => {
      if (!this.isStopped) callback();
    });
  }
}

export interface MortalSetup {
  readonly service: SimulatedService;
  readonly clock: VirtualClock;
  readonly directory: string;
  readonly mode: 'overflow' | 'always';
  readonly options?: Partial<PublisherOptions>;
  readonly spool?: Partial<SpoolOptions>;
  readonly random?: () => number;
}

let born = 0;

/** A publisher of a process that can die at any moment, and the next one takes over what it left. */
export class MortalProcess {
  readonly publisher: Publisher;
  readonly connection: Connection;
  readonly spool: Spool;
  readonly warnings: string[] = [];
  /** No other process of the test has it. */
  readonly owner = { ...deadOwner(), pid: 2 ** 30 + ++born };
  readonly #clock: ProcessClock;

  constructor(t: TestContext, setup: MortalSetup) {
    const { service, clock, directory, mode, options, random = () => 0.5 } = setup;
    const own = new ProcessClock(clock);
    const connection = new Connection(service);
    const spools: Spool[] = [];
    const publisher = new Publisher(
      { logGroupName: 'g', logStreamName: 's', ...options, spool: { directory, mode } },
      {
        clock: own,
        random,
        sink: connection,
        guardExit: false,
        silent: true,
        openSpool: (settings) => {
          // Every owner looks dead, so that the next one takes over whether this one was closed or not.
          const always = { owner: this.owner, heartbeatMs: 1e9, retryDelayMs: 1e9 };
          const spool = openSpool({ ...settings, ...always, ...setup.spool });
          spools.push(spool);
          return spool;
        },
      },
    );
    publisher.on('warn', ({ code, message }) => this.warnings.push(`${code}: ${message}`));
    atEnd(t, () => {
      own.isStopped = false;
      return settledBy(clock, publisher.close({ timeoutMs: 0 }), () => JSON.stringify(publisher.stats()));
    });
    this.publisher = publisher;
    this.connection = connection;
    this.spool = spools[0];
    this.#clock = own;
  }

  /** No timer of it comes, nothing that it sends arrives from now on, and no answer reaches it. */
  kill(): void {
    this.connection.cut();
    this.#clock.isStopped = true;
  }
}
