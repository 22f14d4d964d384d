import { randomUUID } from 'node:crypto';
import { limitExceeded, ServiceError } from '../../errors/service-error.js';
import type { QueryDefinition } from '../../store/resources.js';
import type { Operation } from '../context.js';
import { pageAfter } from '../page-token.js';

/** Definitions of an account. Source: quotas of CloudWatch Logs. */
const MAX_DEFINITIONS = 1_000;

export const putQueryDefinition: Operation = (input, { account, now, store }) => {
  const { queryDefinitions } = account.resources;
  const given = input.string('queryDefinitionId');
  const clientToken = input.string('clientToken');
  if (given !== undefined && !queryDefinitions.has(given)) throw noSuchDefinition();
  const again =
    clientToken === undefined
      ? undefined
      : [...queryDefinitions.values()].find((known) => known.clientToken === clientToken);
  const queryDefinitionId = given ?? again?.queryDefinitionId ?? randomUUID();
  if (!queryDefinitions.has(queryDefinitionId) && queryDefinitions.size >= MAX_DEFINITIONS)
    throw limitExceeded();
  const parameters = input.raw('parameters') as unknown as readonly object[] | undefined;
  queryDefinitions.set(queryDefinitionId, {
    queryDefinitionId,
    queryLanguage: input.string('queryLanguage') ?? 'CWLI',
    name: input.required('name'),
    queryString: input.required('queryString'),
    logGroupNames: input.strings('logGroupNames') ?? [],
    lastModified: now(),
    ...(parameters !== undefined && { parameters }),
    ...(clientToken !== undefined && { clientToken }),
  });
  store.accountChanged(account);
  return { queryDefinitionId };
};

export const deleteQueryDefinition: Operation = (input, { account, store }) => {
  if (!account.resources.queryDefinitions.delete(input.required('queryDefinitionId')))
    throw noSuchDefinition();
  store.accountChanged(account);
  return { success: true };
};

export const describeQueryDefinitions: Operation = (input, { account }) => {
  const prefix = input.string('queryDefinitionNamePrefix') ?? '';
  const language = input.string('queryLanguage');
  const key = ({ name, queryDefinitionId }: QueryDefinition): string => `${name}\n${queryDefinitionId}`;
  const found = [...account.resources.queryDefinitions.values()].filter(
    ({ name, queryLanguage }) =>
      name.startsWith(prefix) && (language === undefined || queryLanguage === language),
  );
  found.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const page = pageAfter(found, key, input.string('nextToken'), input.integer('maxResults') ?? 1_000);
  return {
    queryDefinitions: page.items.map(({ clientToken: _, ...shown }) => shown),
    ...(page.nextToken !== undefined && { nextToken: page.nextToken }),
  };
};

function noSuchDefinition(): ServiceError {
  return new ServiceError('ResourceNotFoundException', 'The specified query definition does not exist.');
}
