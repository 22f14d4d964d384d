// An application that logs a payment and knows nothing of the tests.
const { CloudWatchLogs } = require('@aws-sdk/client-cloudwatch-logs');

const target = { logGroupName: 'app', logStreamName: 'web' };

async function pay(amount) {
  const logs = new CloudWatchLogs({ maxAttempts: 5 });
  await logs.createLogGroup(target).catch(() => {});
  await logs.createLogStream(target).catch(() => {});
  const message = JSON.stringify({ msg: 'paid', amount });
  await logs.putLogEvents({ ...target, logEvents: [{ timestamp: Date.now(), message }] });
  logs.destroy();
}

module.exports = { pay };
