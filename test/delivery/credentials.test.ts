import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { Publisher, type Warning } from 'cloudwatch-logs-publisher';
import { atEnd } from '../fixtures/at-end.js';
import { optionsFor, startEndpoint } from '../fixtures/endpoint.js';

const RIGHT = { accessKeyId: 'AKIARIGHT', secretAccessKey: 'right' };

/** A file of credentials as the AWS tools share it, for this process. */
function sharedFile(t: TestContext, profile: string) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'credentials-'));
  const file = path.join(directory, 'credentials');
  const before = process.env.AWS_SHARED_CREDENTIALS_FILE;
  process.env.AWS_SHARED_CREDENTIALS_FILE = file;
  atEnd(t, () => {
    if (before === undefined) delete process.env.AWS_SHARED_CREDENTIALS_FILE;
    else process.env.AWS_SHARED_CREDENTIALS_FILE = before;
    rmSync(directory, { recursive: true });
  });
  return ({ accessKeyId, secretAccessKey }: typeof RIGHT) =>
    writeFileSync(
      file,
      `[${profile}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
}

describe('credentials that are put right in the shared file are used without a restart', () => {
  const cases = [
    ['a key that is not known', { accessKeyId: 'AKIAOLD', secretAccessKey: 'old' }, undefined],
    ['a wrong secret of a profile', { ...RIGHT, secretAccessKey: 'old' }, 'logs'],
    ['no file at all', undefined, undefined],
    ['no file for a profile', undefined, 'logs'],
  ] as const;
  for (const [what, wrong, profile] of cases) {
    test(what, async (t) => {
      const local = await startEndpoint(t, { credentials: RIGHT });
      const write = sharedFile(t, profile ?? 'default');
      if (wrong) write(wrong);
      const options = optionsFor(local);
      const publisher = new Publisher({
        ...options,
        aws: { ...options.aws, credentials: undefined, ...(profile && { profile }) },
      });
      atEnd(t, () => publisher.close({ timeoutMs: 0 }));
      const warned = new Promise<Warning>((resolve) => publisher.once('warn', resolve));
      publisher.on('warn', () => {});
      publisher.publish({ timestamp: Date.now(), message: 'kept' });
      assert.equal((await warned).code, 'credentials');
      write(RIGHT);
      assert.deepEqual(await publisher.flush(), { delivered: 1, dropped: 0, pending: 0 });
    });
  }
});
