import { invalidParameter, ServiceError } from '../errors/service-error.js';
import type { Input } from '../requests/input.js';
import type { Account, LogGroup } from '../store/log-group.js';
import type { Operation } from './context.js';
import { groupOfArn } from './named-group.js';

export const associateKmsKey: Operation = (input, { account, store }) => {
  const target = readTarget(input, account);
  if (target !== undefined) store.changeGroup(target, { kmsKeyId: input.required('kmsKeyId') });
  return undefined;
};

export const disassociateKmsKey: Operation = (input, { account, store }) => {
  const target = readTarget(input, account);
  if (target !== undefined) store.changeGroup(target, { kmsKeyId: undefined });
  return undefined;
};

/** The log group whose key is meant, or undefined for the results of queries, which are not encrypted here. */
function readTarget(input: Input, account: Account): LogGroup | undefined {
  const name = input.string('logGroupName');
  const identifier = input.string('resourceIdentifier');
  if ((name === undefined) === (identifier === undefined)) {
    throw invalidParameter('Specify either logGroupName or resourceIdentifier, and not both.');
  }
  if (name !== undefined) return account.group(name);
  const { accountId, region } = account;
  if (identifier === `arn:aws:logs:${region}:${accountId}:query-result:*`) return undefined;
  const group = groupOfArn(identifier ?? '', account);
  if (group === undefined) {
    throw new ServiceError('ResourceNotFoundException', 'The specified resource does not exist.');
  }
  return group;
}
