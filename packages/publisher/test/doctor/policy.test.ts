import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingStatement } from '../../src/doctor/policy.ts';

const wanted = {
  createLogGroup: true,
  createLogStream: true,
  retentionInDays: undefined,
  logGroupTags: undefined,
};
const place = { region: 'eu-central-1', account: '123456789012', logGroupName: '/app/shop' };

test('the statement names all that the options ask for and is not known to be allowed, for this group alone', () => {
  assert.deepEqual(missingStatement(wanted, new Set(['logs:PutLogEvents']), place), {
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:CreateLogGroup'],
    Resource: [
      'arn:aws:logs:eu-central-1:123456789012:log-group:/app/shop',
      'arn:aws:logs:eu-central-1:123456789012:log-group:/app/shop:*',
    ],
  });
});

test('options that create nothing need no permission to create; those with retention and tags need more', () => {
  const nothing = { ...wanted, createLogGroup: false, createLogStream: false };
  assert.deepEqual(missingStatement(nothing, new Set(), place).Action, ['logs:PutLogEvents']);
  const more = { ...wanted, retentionInDays: 7, logGroupTags: { team: 'shop' } };
  assert.deepEqual(missingStatement(more, new Set(), place).Action, [
    'logs:PutLogEvents',
    'logs:CreateLogStream',
    'logs:CreateLogGroup',
    'logs:TagResource',
    'logs:PutRetentionPolicy',
  ]);
});

test('the ARN is of the part of AWS that the Region is in, and of any account where none is known', () => {
  const resource = (region: string) =>
    missingStatement(wanted, new Set(), { region, account: undefined, logGroupName: 'app' }).Resource[0];
  assert.equal(resource('cn-north-1'), 'arn:aws-cn:logs:cn-north-1:*:log-group:app');
  assert.equal(resource('us-gov-west-1'), 'arn:aws-us-gov:logs:us-gov-west-1:*:log-group:app');
  assert.equal(resource('us-east-1'), 'arn:aws:logs:us-east-1:*:log-group:app');
});
