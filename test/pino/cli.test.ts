import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type LocalCloudWatchLogs, startLocal } from 'cloudwatch-logs-local';

const manifest = createRequire(import.meta.url).resolve('pino-cloudwatch-logs/package.json');
const cli = path.join(path.dirname(manifest), 'dist', 'cli.js');
const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' };

describe('the command pino-cloudwatch-logs', { concurrency: 2 }, () => {
  let local: LocalCloudWatchLogs;
  let groups = 0;
  before(async () => {
    local = await startLocal();
  });
  after(() => local.close());

  class Command {
    readonly logGroupName = `cli-${++groups}`;
    readonly child: ChildProcessWithoutNullStreams;
    readonly #ended: Promise<[number | null, NodeJS.Signals | null]>;
    #stdout = '';
    #stderr = '';

    constructor(flags: readonly string[] = [], group = this.logGroupName) {
      const args = [cli, '--group', group, '--stream', 's', '--endpoint', local.endpoint, ...flags];
      this.child = spawn(process.execPath, args, { env: { ...process.env, ...credentials } });
      this.child.stdout.on('data', (text) => {
        this.#stdout += text;
      });
      this.child.stderr.on('data', (text) => {
        this.#stderr += text;
      });
      this.child.stdin.on('error', () => {}); // the command may end first
      this.#ended = once(this.child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    }

    async ended() {
      const [code, signal] = await this.#ended;
      return { code, signal, stdout: this.#stdout, stderr: this.#stderr };
    }

    get messages(): string[] {
      return local.events({ logGroupName: this.logGroupName }).map(({ message }) => message);
    }
  }

  it('delivers every line of stdin, JSON or not, also the last one without an end', async () => {
    const command = new Command(['--retention', '7']);
    const time = Date.now() - 60_000;
    command.child.stdin.end(`{"level":30,"time":${time},"msg":"a"}\n\nplain\nlast €`);
    const { code, stdout, stderr } = await command.ended();
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /^pino-cloudwatch-logs: \d+ events? stored in (log stream "|\d+ log streams of log group ").*\.$/m,
    );
    assert.equal(stdout, '');
    assert.deepEqual(command.messages, [`{"level":30,"time":${time},"msg":"a"}`, 'plain', 'last €']);
    assert.equal(local.events({ logGroupName: command.logGroupName })[0].timestamp, time);
    const group = local.groups().find(({ logGroupName }) => logGroupName === command.logGroupName);
    assert.equal(group?.retentionInDays, 7);
  });

  it('copies what it reads when told so', async () => {
    const command = new Command(['--echo']);
    command.child.stdin.end('one\ntwo');
    assert.equal((await command.ended()).stdout, 'one\ntwo');
    assert.deepEqual(command.messages, ['one', 'two']);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`delivers what it has read before it ends by ${signal}`, async () => {
      const command = new Command(['--echo', '--flush-interval-ms', '60000']);
      command.child.stdin.write('before the signal\n');
      await once(command.child.stdout, 'data');
      command.child.kill(signal);
      command.child.stdin.write('the last words of the application\n');
      const ended = await command.ended();
      assert.equal(ended.signal, signal, ended.stderr);
      assert.deepEqual(command.messages, ['before the signal', 'the last words of the application']);
    });
  }

  it('reads no faster than CloudWatch Logs takes with --wait, so that nothing is dropped', async () => {
    const LINES = 20_000;
    const command = new Command(['--wait', '--max-buffer-bytes', '400000']);
    local.faults.add({ kind: 'latency', ms: 20, logGroupName: command.logGroupName });
    command.child.stdin.end(
      Array.from({ length: LINES }, (_, n) => `line ${n} ${'x'.repeat(50)}\n`).join(''),
    );
    const { code, stderr } = await command.ended();
    assert.equal(code, 0, stderr);
    assert.equal(command.messages.length, LINES);
  });

  it('ends with code 1 and says in one line how many were lost', async () => {
    const unsent = new Command(['--close-timeout-ms', '50']);
    local.faults.add({ kind: 'hang-before', operation: '*', logGroupName: unsent.logGroupName });
    unsent.child.stdin.end('a\nb\n');
    const atTheEnd = await unsent.ended();
    assert.equal(atTheEnd.code, 1);
    assert.match(atTheEnd.stderr, /^cloudwatch-logs: 2 log event\(s\) .* were not sent/m);
    assert.doesNotMatch(atTheEnd.stderr, /not delivered/);

    const refused = new Command(['--oversize', 'drop', '--max-event-bytes', '100']);
    refused.child.stdin.end(`short\n${'long'.repeat(100)}\n`);
    const { code, stderr } = await refused.ended();
    assert.equal(code, 1);
    assert.match(stderr, /^pino-cloudwatch-logs: 1 of 2 events were not delivered\.$/m);
  });

  it('says what is wrong with its flags', async () => {
    const unknown = await new Command(['--grup', 'x']).ended();
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /^pino-cloudwatch-logs: Unknown option '--grup'/);
    const wrong = await new Command([], 'not a group').ended();
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /^pino-cloudwatch-logs: Option "logGroupName" must be .*got "not a group"/);
  });

  it('tells its flags', async () => {
    const { code, stdout } = await new Command(['--help']).ended();
    assert.equal(code, 0);
    assert.match(stdout, /Usage: some-app \| pino-cloudwatch-logs --group <name>/);
    assert.match(stdout, /--max-buffer-bytes/);
  });
});
