import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type LocalCloudWatchLogs, startLocal } from 'cloudwatch-logs-local';
import { Application, optionsFor } from './application.ts';

for (const worker of [false, true]) {
  describe(`a warning of the winston transport${worker ? ' with a worker' : ''}`, () => {
    let local: LocalCloudWatchLogs;
    before(async () => {
      local = await startLocal();
    });
    after(() => local.close());

    function warn(ending: string): Application {
      const options = {
        ...optionsFor(local.endpoint, 'app'),
        ...({ oversize: 'drop', maxEventBytes: 100, worker } as const),
      };
      return new Application({ ending, lines: 1, options });
    }

    it('is one line on stderr when nobody listens, though winston itself does', async () => {
      const { code, stderr } = await warn('a line that is too large').ended();
      assert.equal(code, 0);
      assert.match(
        stderr,
        /^cloudwatch-logs: an event of \d+ bytes is larger than maxEventBytes \(100\).*\n$/,
      );
    });

    for (const listener of ['logger', 'transport']) {
      it(`is not printed when somebody listens on the ${listener}`, async () => {
        const application = warn(`a line that is too large, with a listener on the ${listener}`);
        assert.equal(await application.told('heard'), 'heard oversize');
        assert.equal((await application.ended()).stderr, '');
      });
    }
  });
}
