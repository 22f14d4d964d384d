import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import test from 'node:test';
import { endpoint, GROUP, STREAM } from '../endpoint.ts';

const hasBoto3 = spawnSync('python3', ['-c', 'import boto3'], { stdio: 'ignore' }).status === 0;

const NOW = Date.UTC(2026, 0, 15, 12);

/** Prints a line of JSON for each answer. The SDK reads the answers by the service model, so shapes that differ are missed. */
const PROGRAM = `
import boto3, json, sys, time
group, stream, now = sys.argv[1], sys.argv[2], int(sys.argv[3])
logs = boto3.client('logs')
def show(value): print(json.dumps(value), flush=True)
show(logs.test_metric_filter(filterPattern='[a, b = 2*]', logEventMessages=['x 20', 'y 30'])['matches'])
logs.put_metric_filter(logGroupName=group, filterName='f', filterPattern='{ $.ms = * }', metricTransformations=[
    dict(metricName='m', metricNamespace='n', metricValue='$.ms', dimensions={'p': '$.p'}, unit='Milliseconds')])
show(logs.describe_metric_filters(logGroupName=group)['metricFilters'][0]['metricTransformations'])
logs.put_subscription_filter(logGroupName=group, filterName='s', filterPattern='', destinationArn='arn:aws:lambda:us-east-1:123456789012:function:x')
show(logs.describe_subscription_filters(logGroupName=group)['subscriptionFilters'][0]['distribution'])
logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[
    dict(timestamp=now, message=json.dumps(dict(ms=ms, p='/a'))) for ms in (1, 2)])
query = logs.start_query(logGroupName=group, startTime=now // 1000, endTime=now // 1000, queryString='stats sum(ms) as total by p')
while True:
    answer = logs.get_query_results(queryId=query['queryId'])
    if answer['status'] != 'Running': break
show([answer['status'], answer['results']])
show([field for field in logs.get_log_group_fields(logGroupName=group)['logGroupFields'] if field['name'] == 'ms'])
try: logs.start_query(logGroupName=group, startTime=0, endTime=1, queryString='fields a | unmask')
except logs.exceptions.MalformedQueryException as error: show(error.response['queryCompileError']['location'])
try: logs.filter_log_events(logGroupName=group, filterPattern='{ $.a')
except logs.exceptions.InvalidParameterException as error: show(error.response['Error']['Message'])
`;

test('boto3 reads patterns, filters and queries', {
  skip: hasBoto3 ? false : 'boto3 is not on this machine (Debian: python3-boto3)',
}, async (t) => {
  const local = await endpoint(t, { now: () => NOW });
  const child = spawn('python3', ['-c', PROGRAM, GROUP, STREAM, String(NOW)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...local.environment() },
  });
  t.after(() => child.kill('SIGKILL'));
  const lines = (await text(child.stdout)).trim().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [
      [{ eventNumber: 1, eventMessage: 'x 20', extractedValues: { $a: 'x', $b: '20' } }],
      [
        {
          metricName: 'm',
          metricNamespace: 'n',
          metricValue: '$.ms',
          dimensions: { p: '$.p' },
          unit: 'Milliseconds',
        },
      ],
      'ByLogStream',
      [
        'Complete',
        [
          [
            { field: 'p', value: '/a' },
            { field: 'total', value: '3' },
          ],
        ],
      ],
      [{ name: 'ms', percent: 100 }],
      { startCharOffset: 11, endCharOffset: 17 },
      "If a filter pattern starts with '{' it must end with '}'",
    ],
  );
  assert.equal(local.metrics()[0]?.points[0]?.sum, 3);
});
