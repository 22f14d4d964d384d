// The same tests in several files, which run side by side: each counts only its own logs.
const { local } = require('cloudwatch-logs-local/test');
const { pay } = require('./app.cjs');

module.exports = function payments({ test, expect }, amount) {
  test('a payment is logged', async () => {
    await pay(amount);
    const events = await local.waitForEvents({ logGroupName: 'app', match: 'paid' });
    expect(events.length).toBe(1);
    expect(await local.messages('app')).toEqual([{ msg: 'paid', amount }]);
  });

  test('a fault happens to this file alone, and the client tries again', async () => {
    await local.faults.set([{ kind: 'throttle', times: 1 }]);
    await pay(amount);
    expect((await local.faults.list()).map(({ happened }) => happened)).toEqual([1]);
    expect((await local.messages('app')).length).toBe(2);
  });

  test('a reset empties it, and who waits in vain is told what is there', async () => {
    await local.reset();
    expect(await local.messages('app')).toEqual([]);
    await expect(local.waitForEvents({ logGroupName: 'app', timeoutMs: 1 })).rejects.toThrow(
      /no group at all/,
    );
    expect(local.clientConfig().credentials.accessKeyId).toBe(local.accountId);
  });
};
