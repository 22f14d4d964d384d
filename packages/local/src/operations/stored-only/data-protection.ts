import type { Operation } from '../context.js';
import { namedGroup, refuseInfrequentAccess } from '../named-group.js';
import { readDocument } from './policy-document.js';

/** Source: API reference of PutDataProtectionPolicy. */
const MAX_DOCUMENT = 30_720;

export const putDataProtectionPolicy: Operation = (input, { account, now, store }) => {
  const logGroupIdentifier = input.required('logGroupIdentifier');
  const group = namedGroup(logGroupIdentifier, account);
  refuseInfrequentAccess(group, 'PutDataProtectionPolicy');
  const { text: policyDocument } = readDocument(input, 'policyDocument', MAX_DOCUMENT);
  const updatedTime = now();
  store.changeGroup(group, { dataProtection: { policyDocument, updatedTime } });
  return { logGroupIdentifier, policyDocument, lastUpdatedTime: updatedTime };
};

export const getDataProtectionPolicy: Operation = (input, { account }) => {
  const logGroupIdentifier = input.required('logGroupIdentifier');
  const { dataProtection } = namedGroup(logGroupIdentifier, account);
  if (dataProtection === undefined || dataProtection === 'deleted') return { logGroupIdentifier };
  const { policyDocument, updatedTime } = dataProtection;
  return { logGroupIdentifier, policyDocument, lastUpdatedTime: updatedTime };
};

export const deleteDataProtectionPolicy: Operation = (input, { account, store }) => {
  const group = namedGroup(input.required('logGroupIdentifier'), account);
  if (group.dataProtection !== undefined) store.changeGroup(group, { dataProtection: 'deleted' });
  return undefined;
};
