// timeout: 300 s
import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { Consumer } from '../consumer.ts';
import { tarballs } from '../tarballs.ts';

// What people who look at packages before they install them run.

const consumer = new Consumer();
const skip = consumer.installOnly(['publint@0.3', '@arethetypeswrong/cli@0.18']) ?? false;
const bin = (file: string) => path.join(consumer.folder, 'node_modules', file);

describe('the packages, as published', { skip }, () => {
  for (const [name, tarball] of tarballs()) {
    test(`${name}: publint finds nothing`, async () => {
      const args = [bin('publint/src/cli.js'), tarball, '--strict'];
      const { code, output } = await consumer.execute(process.execPath, args, { NO_COLOR: '1' });
      assert.equal(code, 0, output);
      assert.match(output, /All good!/);
    });

    test(`${name}: the types are right for every way to import it (attw)`, async () => {
      // The publisher's entries for the transports, and the programs, are for Node.js as it resolves today.
      const args = [
        bin('@arethetypeswrong/cli/dist/index.js'),
        tarball,
        '--format',
        'json',
        '--profile',
        'node16',
      ];
      const { code, output } = await consumer.execute(process.execPath, args, { NO_COLOR: '1' });
      assert.equal(code, 0, output.slice(0, 5000));
      const problems: { resolutionKind?: string }[] = Object.values(
        JSON.parse(output).problems ?? {},
      ).flat() as [];
      // Not as Node.js 10 resolved them, before packages named their entries.
      assert.deepEqual(
        problems.filter(({ resolutionKind }) => resolutionKind !== 'node10'),
        [],
      );
    });
  }
});
