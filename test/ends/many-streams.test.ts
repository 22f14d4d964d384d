// timeout: 180 s
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LocalCloudWatchLogs } from 'cloudwatch-logs-local';
import { Application } from '../fixtures/application.js';
import { logGroupName, optionsFor, startEndpoint } from '../fixtures/endpoint.js';
import { examine, storedNumbers } from '../fixtures/numbered.js';

// A thousand streams with an event each, 100 ms away, when an application comes to its end.

const APPLICATION = new URL('application.mjs', import.meta.url);
const STREAMS = 1000;
const LATENCY = { kind: 'latency', ms: 100, operation: '*' } as const;
const ENDS = ['close', 'natural', 'exit'];
/** Each put costs this machine some CPU: only the bound of a hang. How long it takes is tested on virtual time. */
const AMPLE_MS = 60_000;

async function create(local: LocalCloudWatchLogs, operation: string, input: object): Promise<void> {
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `Logs_20140328.${operation}`,
  };
  const answer = await fetch(local.endpoint, { method: 'POST', headers, body: JSON.stringify(input) });
  assert.equal(answer.status, 200, await answer.text());
}

async function createStreams(local: LocalCloudWatchLogs): Promise<void> {
  await create(local, 'CreateLogGroup', { logGroupName });
  for (let i = 0; i < STREAMS; i++) {
    await create(local, 'CreateLogStream', { logGroupName, logStreamName: `stream-${i}` });
  }
}

function scenarioTo(local: LocalCloudWatchLogs, logger: string, end: string, options: object = {}) {
  return {
    logger,
    lines: STREAMS,
    streams: STREAMS,
    end,
    options: { ...optionsFor(local), logStreamName: '{field:stream}', ...options },
  };
}

describe('events of a thousand streams that are there are all stored at the end', () => {
  for (const logger of ['publisher', 'winston']) {
    for (const end of logger === 'publisher' ? ENDS : ['exit']) {
      test(`${logger}: ${end}`, async (t) => {
        const local = await startEndpoint(t);
        await createStreams(local);
        local.faults.set([LATENCY]);
        const scenario = scenarioTo(local, logger, end, { closeTimeoutMs: AMPLE_MS });
        const { stderr } = await new Application(APPLICATION, scenario).ended();
        assert.doesNotMatch(stderr, /not sent/);
        const { lost, duplicated } = examine(storedNumbers(local), STREAMS);
        assert.deepEqual({ lost, duplicated }, { lost: 0, duplicated: 0 });
      });
    }
  }
});

describe('of new streams those are stored that can be created in time, and the others are counted', () => {
  for (const end of ENDS) {
    test(end, async (t) => {
      const local = await startEndpoint(t, { faults: [LATENCY] });
      // A thousand puts come first. The thread at process.exit() has to be through with them, on however busy a machine, to say
      // in time why the others were not sent.
      const seconds = end === 'exit' ? 12 : 3;
      const scenario = scenarioTo(local, 'publisher', end, { closeTimeoutMs: seconds * 1000 });
      const { stderr } = await new Application(APPLICATION, scenario).ended();
      const stored = storedNumbers(local).length;
      const [, lost, uncreated] =
        /(\d+) log event\(s\).* not sent .*StreamsNotCreated: (\d+) log stream\(s\) were not created in time; AWS allows 50 creations a second/.exec(
          stderr,
        ) ?? [];
      assert.ok(Number(uncreated) > 0 && Number(uncreated) <= Number(lost), stderr);
      // An answer may be on its way when the time is over.
      assert.ok(stored + Number(lost) >= STREAMS, `${stored} stored, ${lost} lost`);
      const { CreateLogStream: creations = 0 } = local.stats().requests;
      assert.ok(creations <= 50 + 50 * (seconds + 1), `${creations} creations`);
    });
  }
});
