// timeout: 300 s
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { Consumer } from '../consumer.ts';

const consumer = new Consumer(new URL('./project/', import.meta.url));
const skip =
  consumer.install(['jest@30', 'pino@10', 'winston@3', '@aws-sdk/client-cloudwatch-logs@3']) ?? false;

test('every transport delivers in Jest, whose CommonJS has no import()', { skip }, async () => {
  const jest = path.join(consumer.folder, 'node_modules/jest/bin/jest.js');
  const { code, output } = await consumer.execute(process.execPath, [jest, '--ci']);
  assert.equal(code, 0, output);
  assert.match(output, /Tests: +3 passed, 3 total/);
});
