// timeout: 300 s
// needs: boto3
import assert from 'node:assert/strict';
import test from 'node:test';
import { startLocal } from '../../src/index.ts';
import { missing, run } from './clients.ts';

const skip = missing('boto3 (Debian: python3-boto3)', 'python3', '-c', 'import boto3');

/** Python that talks to the endpoint and prints what it saw as JSON. */
const program = (lines: string): string => `
import boto3, json, time
from botocore.exceptions import ClientError
logs = boto3.client('logs')
now = int(time.time() * 1000)
target = dict(logGroupName='app', logStreamName='web')
def refused(call):
    try:
        call()
    except ClientError as error:
        return [type(error).__name__, error.response['Error']['Code'], error.response['Error']['Message'], error.response.get('expectedSequenceToken')]
logs.create_log_group(logGroupName='app', tags={'team': 'x'})
logs.create_log_stream(**target)
seen = {}
${lines}
print(json.dumps(seen))
`;

test('boto3 puts, reads in pages, searches and is refused', { skip }, async (t) => {
  const local = await startLocal();
  t.after(() => local.close());
  const { code, out, err } = await run(local, 'python3', [
    '-c',
    program(`
logs.put_log_events(logEvents=[dict(timestamp=now - 5 + i, message=m) for i, m in enumerate(['a', 'grüße', '🎉', 'ERROR b', 'c'])], **target)
pages = logs.get_paginator('filter_log_events').paginate(logGroupName='app', PaginationConfig={'PageSize': 2})
seen['pages'] = [[event['message'] for event in page['events']] for page in pages]
seen['search'] = [event['message'] for event in logs.filter_log_events(logGroupName='app', filterPattern='ERROR')['events']]
seen['newest'] = [event['message'] for event in logs.get_log_events(limit=2, **target)['events']]
group = logs.describe_log_groups()['logGroups'][0]
seen['tags'] = logs.list_tags_log_group(logGroupName='app')['tags']
seen['streams'] = [stream['logStreamName'] for stream in logs.describe_log_streams(logGroupName='app')['logStreams']]
seen['exists'] = refused(lambda: logs.create_log_group(logGroupName='app'))
seen['order'] = refused(lambda: logs.put_log_events(logEvents=[dict(timestamp=now, message='x'), dict(timestamp=now - 1, message='y')], **target))
seen['rejected'] = logs.put_log_events(logEvents=[dict(timestamp=1, message='x')], **target)['rejectedLogEventsInfo']
logs.put_retention_policy(logGroupName='app', retentionInDays=7)
logs.delete_log_stream(**target)
logs.delete_log_group(logGroupName='app')
seen['gone'] = refused(lambda: logs.filter_log_events(logGroupName='app'))
`),
  ]);
  assert.equal(code, 0, err);
  assert.deepEqual(JSON.parse(out), {
    pages: [['a', 'grüße'], ['🎉', 'ERROR b'], ['c']],
    search: ['ERROR b'],
    newest: ['ERROR b', 'c'],
    tags: { team: 'x' },
    streams: ['web'],
    exists: [
      'ResourceAlreadyExistsException',
      'ResourceAlreadyExistsException',
      'The specified log group already exists',
      null,
    ],
    order: [
      'InvalidParameterException',
      'InvalidParameterException',
      'Log events in a single PutLogEvents request must be in chronological order.',
      null,
    ],
    rejected: { tooOldLogEventEndIndex: 1 },
    gone: [
      'ResourceNotFoundException',
      'ResourceNotFoundException',
      'The specified log group does not exist.',
      null,
    ],
  });
});

test('boto3 follows sequence tokens where they are enforced', { skip }, async (t) => {
  const local = await startLocal({ sequenceTokens: 'enforced' });
  t.after(() => local.close());
  const { code, out, err } = await run(local, 'python3', [
    '-c',
    program(`
one = [dict(timestamp=now, message='one')]
two = [dict(timestamp=now, message='two')]
token = logs.put_log_events(logEvents=one, **target)['nextSequenceToken']
seen['again'] = refused(lambda: logs.put_log_events(logEvents=one, **target))
seen['without'] = refused(lambda: logs.put_log_events(logEvents=two, **target))
seen['token'] = token
logs.put_log_events(logEvents=two, sequenceToken=seen['without'][3], **target)
`),
  ]);
  assert.equal(code, 0, err);
  const { again, without, token } = JSON.parse(out);
  assert.deepEqual([again[0], again[3]], ['DataAlreadyAcceptedException', token]);
  assert.deepEqual([without[0], without[3]], ['InvalidSequenceTokenException', token]);
  assert.equal(local.stats().events, 2);
});

test('boto3 signs what the endpoint verifies', { skip }, async (t) => {
  const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'session/+=' };
  const local = await startLocal({ credentials });
  t.after(() => local.close());
  const lines = "logs.put_log_events(logEvents=[dict(timestamp=now, message='ü')], **target)";
  const { code, err } = await run(local, 'python3', ['-c', program(lines)]);
  assert.equal(code, 0, err);
  assert.equal(local.stats().events, 1);
  const forged = await run(local, 'python3', ['-c', program(lines)], { AWS_SECRET_ACCESS_KEY: 'other' });
  assert.match(forged.err, /InvalidSignatureException/);
});
