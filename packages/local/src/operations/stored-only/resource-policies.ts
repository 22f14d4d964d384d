import { randomUUID } from 'node:crypto';
import { invalidParameter, limitExceeded, noSuchGroup, ServiceError } from '../../errors/service-error.js';
import type { Input } from '../../requests/input.js';
import type { Account } from '../../store/log-group.js';
import type { ResourcePolicy } from '../../store/resources.js';
import type { Operation } from '../context.js';
import { groupOfArn } from '../named-group.js';
import { pageAfter } from '../page-token.js';
import { readDocument } from './policy-document.js';

/** Policies of an account. Source: quotas of CloudWatch Logs. */
const MAX_POLICIES = 10;
/** Source: service model. */
const MAX_DOCUMENT = 51_200;

export const putResourcePolicy: Operation = (input, { account, now, store }) => {
  const policyName = input.string('policyName');
  const resourceArn = input.string('resourceArn');
  if (policyName === undefined && resourceArn === undefined)
    throw invalidParameter('policyName is required.');
  if (resourceArn !== undefined && groupOfArn(resourceArn, account) === undefined) throw noSuchGroup();
  const { text } = readDocument(input, 'policyDocument', MAX_DOCUMENT);
  const { resourcePolicies } = account.resources;
  const key = resourceArn ?? policyName ?? '';
  const known = resourcePolicies.get(key);
  checkRevision(input, known);
  const ofAccount = [...resourcePolicies.values()].filter(({ policyScope }) => policyScope === 'ACCOUNT');
  if (known === undefined && resourceArn === undefined && ofAccount.length >= MAX_POLICIES)
    throw limitExceeded();
  const policy: ResourcePolicy = {
    ...(policyName !== undefined && { policyName }),
    policyDocument: text,
    lastUpdatedTime: now(),
    policyScope: resourceArn === undefined ? 'ACCOUNT' : 'RESOURCE',
    ...(resourceArn !== undefined && { resourceArn, revisionId: randomUUID() }),
  };
  resourcePolicies.set(key, policy);
  store.accountChanged(account);
  return {
    resourcePolicy: policy,
    ...(policy.revisionId !== undefined && { revisionId: policy.revisionId }),
  };
};

export const deleteResourcePolicy: Operation = (input, { account, store }) => {
  const { resourcePolicies } = account.resources;
  const key = input.string('resourceArn') ?? input.string('policyName');
  if (key === undefined) throw invalidParameter('policyName is required.');
  const known = resourcePolicies.get(key);
  if (known === undefined) {
    // The words are those of moto's tests.
    throw new ServiceError('ResourceNotFoundException', `Policy with name [${key}] does not exist.`);
  }
  checkRevision(input, known);
  resourcePolicies.delete(key);
  store.accountChanged(account);
  return undefined;
};

export const describeResourcePolicies: Operation = (input, { account }) => {
  const resourceArn = input.string('resourceArn');
  const scope = input.string('policyScope') ?? (resourceArn === undefined ? 'ACCOUNT' : 'RESOURCE');
  const found = sorted(account).filter(
    ([, policy]) =>
      policy.policyScope === scope && (resourceArn === undefined || policy.resourceArn === resourceArn),
  );
  const page = pageAfter(found, ([key]) => key, input.string('nextToken'), input.integer('limit') ?? 50);
  return {
    resourcePolicies: page.items.map(([, policy]) => policy),
    ...(page.nextToken !== undefined && { nextToken: page.nextToken }),
  };
};

function sorted({ resources }: Account): [string, ResourcePolicy][] {
  return [...resources.resourcePolicies].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Who changes the policy of a log group says which revision of it is known; of one that is not there yet, none. */
function checkRevision(input: Input, known: ResourcePolicy | undefined): void {
  if (input.string('resourceArn') === undefined || input.string('expectedRevisionId') === known?.revisionId)
    return;
  throw new ServiceError('OperationAbortedException', 'The revision of the resource policy is another one.');
}
