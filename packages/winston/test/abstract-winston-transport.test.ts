import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { type LocalCloudWatchLogs, startLocal } from 'cloudwatch-logs-local';
import { CloudWatchTransport } from '../src/index.ts';
import { reaching } from './endpoint.ts';

// Winston's own suite for transports. It expects a runner whose functions are global and whose hooks call back.
type Hook = (callback: (done: (error?: unknown) => void) => void) => void;
const callingBack =
  (hook: (run: (context: unknown, done: (error?: unknown) => void) => void) => void): Hook =>
  (run) =>
    hook(run.length === 0 ? () => run(() => {}) : (_, done) => run(done));
Object.assign(globalThis, {
  describe,
  it: (name: string, run: (done: (error?: unknown) => void) => void) =>
    it(name, run.length === 0 ? () => run(() => {}) : (_, done) => run(done)),
  beforeEach: callingBack(beforeEach as never),
  afterEach: callingBack(afterEach as never),
  after: callingBack(after as never),
});
const { default: suite } = await import('abstract-winston-transport');

describe("winston's suite for transports", () => {
  let local: LocalCloudWatchLogs;
  const transports: CloudWatchTransport[] = [];
  before(async () => {
    local = await startLocal();
  });
  after(async () => {
    await Promise.all(transports.map((transport) => transport.shutdown()));
    await local.close();
  });
  class Remembered extends CloudWatchTransport {
    constructor(options: ConstructorParameters<typeof CloudWatchTransport>[0]) {
      super(options);
      transports.push(this);
    }
  }
  suite({ name: 'CloudWatchTransport', Transport: Remembered, construct: () => reaching(local) });
});
