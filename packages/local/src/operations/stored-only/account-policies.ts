import { invalidParameter, limitExceeded, ServiceError } from '../../errors/service-error.js';
import type { Input } from '../../requests/input.js';
import type { Account } from '../../store/log-group.js';
import type { AccountPolicy } from '../../store/resources.js';
import type { Operation } from '../context.js';
import { pageAfter } from '../page-token.js';
import { readDocument } from './policy-document.js';

/** Source: service model. */
const MAX_DOCUMENT = 30_720;
/** Policies of a type that an account may have. Source: API reference of PutAccountPolicy. */
const MAX_POLICIES: Readonly<Record<string, number>> = {
  DATA_PROTECTION_POLICY: 1,
  SUBSCRIPTION_FILTER_POLICY: 1,
  FIELD_INDEX_POLICY: 20,
  TRANSFORMER_POLICY: 20,
};
const WITHOUT_CRITERIA = ['DATA_PROTECTION_POLICY', 'METRIC_EXTRACTION_POLICY'];
const PAGE = 50;

const keyOf = (policyType: string, policyName: string): string => `${policyType}\n${policyName}`;

export const putAccountPolicy: Operation = (input, { account, now, store }) => {
  refuseDryRun(input);
  const policyName = input.required('policyName');
  const policyType = input.required('policyType');
  const selectionCriteria = input.string('selectionCriteria');
  if (policyName.toLowerCase().startsWith('aws/'))
    throw invalidParameter('policyName must not start with aws/.');
  if (selectionCriteria !== undefined && WITHOUT_CRITERIA.includes(policyType)) {
    throw invalidParameter(`selectionCriteria cannot be used with ${policyType}.`);
  }
  const { text } = readDocument(input, 'policyDocument', MAX_DOCUMENT);
  const { accountPolicies } = account.resources;
  const key = keyOf(policyType, policyName);
  const others = [...accountPolicies.values()].filter((known) => known.policyType === policyType);
  if (!accountPolicies.has(key) && others.length >= (MAX_POLICIES[policyType] ?? Number.POSITIVE_INFINITY))
    throw limitExceeded();
  const policy: AccountPolicy = {
    policyName,
    policyDocument: text,
    lastUpdatedTime: now(),
    policyType,
    scope: input.string('scope') ?? 'ALL',
    ...(selectionCriteria !== undefined && { selectionCriteria }),
  };
  accountPolicies.set(key, policy);
  store.accountChanged(account);
  return { accountPolicy: describe(policy, account) };
};

export const deleteAccountPolicy: Operation = (input, { account, store }) => {
  refuseDryRun(input);
  const key = keyOf(input.required('policyType'), input.required('policyName'));
  if (!account.resources.accountPolicies.delete(key)) {
    throw new ServiceError('ResourceNotFoundException', 'The specified account policy does not exist.');
  }
  store.accountChanged(account);
  return undefined;
};

export const describeAccountPolicies: Operation = (input, { account }) => {
  const policyName = input.string('policyName');
  const accounts = input.strings('accountIdentifiers');
  const found = [...account.resources.accountPolicies.values()].filter(
    (policy) =>
      policy.policyType === input.string('policyType') &&
      (policyName === undefined || policy.policyName === policyName) &&
      (accounts === undefined || accounts.includes(account.accountId)),
  );
  found.sort((a, b) => (a.policyName < b.policyName ? -1 : 1));
  const page = pageAfter(found, (policy) => policy.policyName, input.string('nextToken'), PAGE);
  return {
    accountPolicies: page.items.map((policy) => describe(policy, account)),
    ...(page.nextToken !== undefined && { nextToken: page.nextToken }),
  };
};

function describe(policy: AccountPolicy, { accountId }: Account): object {
  return { ...policy, accountId };
}

function refuseDryRun(input: Input): void {
  if (input.boolean('dryRun') === true)
    throw invalidParameter('dryRun is not emulated by cloudwatch-logs-local.');
}
