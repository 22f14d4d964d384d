import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consoleLink } from '../../src/cloudwatch/console-link.ts';

const place = { logGroupName: '/app/shop', logStreamName: '2026-11-29/web 1/[a]' };

test('the link leads to the stream, in the form that the console writes itself', () => {
  assert.equal(
    consoleLink({ region: 'eu-central-1', hostname: 'logs.eu-central-1.amazonaws.com' }, place),
    'https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logsV2:log-groups/log-group/' +
      '$252Fapp$252Fshop/log-events/2026-11-29$252Fweb$25201$252F$255Ba$255D',
  );
});

test('without a stream it leads to the group; other parts of AWS have a console of their own', () => {
  const { logGroupName } = place;
  const link = (region: string, hostname: string) =>
    consoleLink({ region, hostname }, { logGroupName }) ?? '';
  assert.match(
    link('us-east-1', 'vpce-1.logs.us-east-1.vpce.amazonaws.com'),
    /log-group\/\$252Fapp\$252Fshop$/,
  );
  assert.match(
    link('cn-north-1', 'logs.cn-north-1.amazonaws.com.cn'),
    /^https:\/\/cn-north-1\.console\.amazonaws\.cn\//,
  );
  assert.match(link('us-gov-west-1', 'logs.us-gov-west-1.amazonaws.com'), /console\.amazonaws-us-gov\.com/);
});

test('another endpoint than that of AWS has no console', () => {
  for (const hostname of ['127.0.0.1', 'localhost', 'logs.amazonaws.com.example', 'notamazonaws.com']) {
    assert.equal(consoleLink({ region: 'us-east-1', hostname }, place), undefined, hostname);
  }
});
