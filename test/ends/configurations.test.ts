// timeout: 120 s
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { Application } from '../fixtures/application.js';
import { optionsFor, startEndpoint } from '../fixtures/endpoint.js';

// What is waited for may be code of others, which holds a process longer than `closeTimeoutMs`: 15 s for a request, 24 s for
// a process that gives credentials.

const APPLICATION = new URL('application.mjs', import.meta.url);
const CLOSE_MS = 1000;
/** Beside that: the SDK has a timer of 3 s for each request, and a busy machine takes its time. */
const BESIDES_MS = 8000;
const ENDS = ['natural', 'close', 'exit'];

function configuration(t: TestContext): NodeJS.ProcessEnv {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'aws-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, 'config');
  writeFileSync(file, '[profile slow]\ncredential_process = sleep 40\n');
  return { AWS_CONFIG_FILE: file, AWS_SHARED_CREDENTIALS_FILE: file, AWS_EC2_METADATA_DISABLED: 'true' };
}

describe('closeTimeoutMs bounds the end, and the line on stderr says what was waited for', {
  concurrency: 2,
}, () => {
  for (const own of ['agent', 'client']) {
    for (const end of ENDS) {
      test(`${own} of the application: ${end}`, async (t) => {
        const local = await startEndpoint(t, { faults: [{ kind: 'hang-before' }] });
        const options = { ...optionsFor(local), closeTimeoutMs: CLOSE_MS };
        const scenario = { logger: 'publisher', options, lines: 10, end, own };
        const { code, stderr, endingMs } = await new Application(APPLICATION, scenario).ended();
        assert.equal(code, 0, stderr);
        assert.match(stderr, /10 log event\(s\) .* were not sent .*last error: \w+: [a-z]/);
        assert.ok(endingMs < CLOSE_MS + BESIDES_MS, `${endingMs} ms`);
      });
    }
  }
  for (const end of ENDS) {
    test(`a credential_process that hangs: ${end}`, async (t) => {
      const local = await startEndpoint(t);
      const { aws, ...others } = optionsFor(local);
      const { credentials: _, ...place } = aws;
      const options = { ...others, aws: { ...place, profile: 'slow' }, closeTimeoutMs: CLOSE_MS };
      const scenario = { logger: 'publisher', options, lines: 10, end };
      const application = new Application(APPLICATION, scenario, configuration(t));
      const { code, stderr, endingMs } = await application.ended();
      assert.equal(code, 0, stderr);
      assert.match(stderr, /10 log event\(s\) .* were not sent .*no credentials came yet/);
      assert.ok(endingMs < CLOSE_MS + BESIDES_MS, `${endingMs} ms`);
    });
  }
});
