import { invalidParameter } from '../../errors/service-error.js';
import type { Members } from '../../requests/input.js';
import type { LogGroup } from '../../store/log-group.js';
import type { GroupPolicy } from '../../store/resources.js';
import type { Operation } from '../context.js';
import { namedGroup, refuseInfrequentAccess } from '../named-group.js';
import { pageAfter } from '../page-token.js';
import { readDocument } from './policy-document.js';

/** Source: service model. */
const MAX_DOCUMENT = 51_200;
/** Fields of one policy. Source: guide on field indexes. */
const MAX_FIELDS = 20;
const PAGE = 100;

export const putIndexPolicy: Operation = (input, { account, now, store }) => {
  const group = namedGroup(input.required('logGroupIdentifier'), account);
  refuseInfrequentAccess(group, 'PutIndexPolicy');
  const { text: policyDocument, value } = readDocument(input, 'policyDocument', MAX_DOCUMENT);
  const { size } = fieldsOf(value);
  if (size === 0 || size > MAX_FIELDS) {
    throw invalidParameter(`policyDocument must name 1 to ${MAX_FIELDS} fields in Fields and FieldsV2.`);
  }
  const policy = { policyDocument, updatedTime: now() };
  store.changeGroup(group, { indexPolicy: policy });
  return { indexPolicy: describe(group, policy) };
};

export const deleteIndexPolicy: Operation = (input, { account, store }) => {
  store.changeGroup(namedGroup(input.required('logGroupIdentifier'), account), { indexPolicy: undefined });
  return undefined;
};

export const describeIndexPolicies: Operation = (input, { account }) => {
  const groups = (input.strings('logGroupIdentifiers') ?? []).map((each) => namedGroup(each, account));
  const ofAccount = [...account.resources.accountPolicies.values()].find(
    ({ policyType, selectionCriteria }) =>
      policyType === 'FIELD_INDEX_POLICY' && selectionCriteria === undefined,
  );
  return {
    indexPolicies: groups.flatMap((group) => {
      if (group.indexPolicy !== undefined) return [describe(group, group.indexPolicy)];
      if (ofAccount === undefined) return [];
      const { lastUpdatedTime, policyDocument, policyName } = ofAccount;
      return [
        {
          logGroupIdentifier: group.arn,
          lastUpdateTime: lastUpdatedTime,
          policyDocument,
          policyName,
          source: 'ACCOUNT',
        },
      ];
    }),
  };
};

/** The fields that the policies of the groups name. No event is looked at for them. */
export const describeFieldIndexes: Operation = (input, { account }) => {
  const categories = input.strings('indexCategories');
  const groups = (input.strings('logGroupIdentifiers') ?? []).map((each) => namedGroup(each, account));
  const wanted = categories === undefined || categories.includes('CUSTOM') ? groups : [];
  const indexes = wanted.flatMap((group) =>
    [...indexedFields(group)].map(([fieldIndexName, type]) => ({
      logGroupIdentifier: group.arn,
      fieldIndexName,
      type,
      indexCategory: 'CUSTOM',
    })),
  );
  const key = (index: (typeof indexes)[number]): string =>
    `${index.logGroupIdentifier}\n${index.fieldIndexName}`;
  indexes.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const page = pageAfter(indexes, key, input.string('nextToken'), PAGE);
  return {
    fieldIndexes: page.items,
    ...(page.nextToken !== undefined && { nextToken: page.nextToken }),
  };
};

/** The fields that the policy of a group names, each with the type of its index. */
export function indexedFields({ indexPolicy }: LogGroup): ReadonlyMap<string, string> {
  return indexPolicy === undefined ? new Map() : fieldsOf(JSON.parse(indexPolicy.policyDocument));
}

function fieldsOf({ Fields, FieldsV2 }: Members): ReadonlyMap<string, string> {
  const plain = Array.isArray(Fields) ? Fields.map((name) => [String(name), 'FIELD_INDEX'] as const) : [];
  const typed =
    typeof FieldsV2 === 'object' && FieldsV2 !== null
      ? Object.entries(FieldsV2 as Members).map(
          ([name, index]) => [name, String((index as Members | null)?.type ?? 'FIELD_INDEX')] as const,
        )
      : [];
  return new Map([...plain, ...typed]);
}

function describe({ arn }: LogGroup, { policyDocument, updatedTime }: GroupPolicy): object {
  return { logGroupIdentifier: arn, lastUpdateTime: updatedTime, policyDocument, source: 'LOG_GROUP' };
}
