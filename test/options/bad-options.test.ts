import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PublisherError } from 'cloudwatch-logs-publisher';
import pino from 'pino';
import cloudWatchTransport, { cloudWatchTarget } from 'pino-cloudwatch-logs';
import winston from 'winston';
import { CloudWatchTransport } from 'winston-cloudwatch-logs';

// What an application sees of wrong options, wherever it gives them. The packages test each option by itself.

const CASES: Readonly<Record<string, readonly [options: object, said: RegExp]>> = {
  'an unknown option': [
    { logGroupName: 'app', flushInterval: 500 },
    /Unknown option "flushInterval"\. Did you mean "flushIntervalMs"\?/,
  ],
  'an unknown option of the client': [
    { logGroupName: 'app', aws: { regoin: 'eu-central-1' } },
    /Unknown option "aws\.regoin"\. Did you mean "aws\.region"\?/,
  ],
  'a wrong type': [
    { logGroupName: 'app', maxBufferBytes: '16 MiB' },
    /Option "maxBufferBytes" must be a whole number from 4096 to \d+; got "16 MiB"\./,
  ],
  'no log group': [{}, /Option "logGroupName" must be a log group name, a template .*; got undefined\./],
  'a bad region': [
    { logGroupName: 'app', aws: { region: 'Frankfurt' } },
    /Option "aws\.region" must be an AWS Region such as "us-east-1"; got "Frankfurt"\./,
  ],
  'a bad template': [
    { logGroupName: 'app', logStreamName: '{hostnme}' },
    /Option "logStreamName" must be a template of text and \{hostname\}.*; got "\{hostnme\}"\./,
  ],
};

/** Where the options are given in the thread that logs; the types are against it, as in JavaScript nothing is. */
const CALLS: Readonly<Record<string, (options: never) => unknown>> = {
  'the constructor of the winston transport': (options) =>
    winston.createLogger({ transports: [new CloudWatchTransport(options)] }),
  'the constructor of the winston transport, with worker: true': (options) =>
    new CloudWatchTransport({ ...(options as object), worker: true } as never),
  'cloudWatchTransport(), pino in process': (options) => pino(cloudWatchTransport(options)),
  'cloudWatchTarget(), pino in a worker': (options) => pino({ transport: cloudWatchTarget(options) }),
};

for (const [where, create] of Object.entries(CALLS)) {
  describe(`${where} throws and says what to do about`, () => {
    for (const [what, [options, said]] of Object.entries(CASES)) {
      test(what, () => {
        assert.throws(() => create(options as never), {
          name: 'PublisherError',
          code: 'CLOUDWATCH_LOGS_INVALID_OPTION',
          message: said,
        });
      });
    }
  });
}

// The options of a target that is named by a string are checked in the worker, after the call that gave them.
describe('a target that is named by a string ends the application and says on stderr what to do about', () => {
  const target = 'pino-cloudwatch-logs';
  for (const [what, [options, said]] of Object.entries(CASES)) {
    test(what, async () => {
      const { code, stderr } = await run({ target, options });
      assert.equal(code, 1, stderr);
      assert.match(stderr, new RegExp(`PublisherError: ${said.source}`));
    });
  }

  test('the same behind targets', async () => {
    const [options, said] = CASES['an unknown option'];
    const { code, stderr } = await run({
      targets: [
        { target: 'pino/file', options: { destination: 1 } },
        { target, options },
      ],
    });
    assert.equal(code, 1, stderr);
    assert.match(stderr, said);
  });
});

test('an application that ends at once is told as well', async (t) => {
  const [options, said] = CASES['an unknown option'];
  const application = startApplication({ target: 'pino-cloudwatch-logs', options }, 'and ends at once');
  t.after(() => application.kill('SIGKILL')); // pino waits 10 s for its worker, which is gone
  let stderr = '';
  for await (const chunk of application.stderr) {
    stderr += chunk;
    if (said.test(stderr)) break;
  }
  assert.match(stderr, said);
});

describe('a function for a worker', () => {
  const FUNCTIONS = {
    logStreamName: { logGroupName: 'app', logStreamName: () => 'main' },
    'aws.credentials': { logGroupName: 'app', aws: { credentials: async () => ({}) } },
    client: { logGroupName: 'app', client: { send: async () => {} } },
  };
  for (const [option, options] of Object.entries(FUNCTIONS)) {
    test(`is refused by cloudWatchTarget(), which says what to use in its place: ${option}`, () => {
      assert.throws(
        () => pino({ transport: cloudWatchTarget(options as never) }),
        (error) => {
          assert.ok(error instanceof PublisherError);
          assert.match(error.message, new RegExp(`^Option "${option}" must be `));
          assert.match(error.message, /clientModule.*aws\.profile.*template.*cloudWatchTransport\(/);
          return true;
        },
      );
    });

    test(`is refused by the winston transport with worker: true, which says what to use: ${option}`, () => {
      assert.throws(
        () => new CloudWatchTransport({ ...options, worker: true } as never),
        (error) => {
          assert.ok(error instanceof PublisherError);
          assert.match(error.message, new RegExp(`^Option "${option}" must be `));
          assert.match(error.message, /clientModule.*aws\.profile.*template.*worker/);
          return true;
        },
      );
    });

    // pino copies the options to the worker before anything of this package runs.
    test(`is refused by pino at once where the target is a string: ${option}`, () => {
      assert.throws(() => pino({ transport: { target: 'pino-cloudwatch-logs', options } }), {
        name: 'DataCloneError',
        message: /could not be cloned/,
      });
    });
  }

  test('is taken in process, by both', async () => {
    const options = {
      logGroupName: 'app',
      logStreamName: () => 'main',
      aws: { credentials: async () => ({}) },
    };
    assert.doesNotThrow(() => cloudWatchTransport(options as never).end());
    assert.doesNotThrow(() => new CloudWatchTransport(options as never).close());
  });
});

async function run(transport: object): Promise<{ code: number; stderr: string }> {
  const application = startApplication(transport);
  const [stderr, [code]] = await Promise.all([text(application.stderr), once(application, 'close')]);
  return { code, stderr };
}

function startApplication(transport: object, ...more: string[]) {
  const file = fileURLToPath(new URL('application.mjs', import.meta.url));
  return spawn(process.execPath, [file, JSON.stringify(transport), ...more], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}
