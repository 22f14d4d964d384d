import { ServiceError } from '../../errors/service-error.js';
import type { Account } from '../../store/log-group.js';
import type { Destination } from '../../store/resources.js';
import type { Operation } from '../context.js';
import { pageAfter } from '../page-token.js';
import { readDocument } from './policy-document.js';

/** Source: guide on quotas, "Size of a destination's access policy". */
const MAX_ACCESS_POLICY = 5_120;

export const putDestination: Operation = (input, { account, now, store }) => {
  const { destinations } = account.resources;
  const destinationName = input.required('destinationName');
  const known = destinations.get(destinationName);
  const destination: Destination = {
    creationTime: now(),
    tags: {},
    ...known,
    destinationName,
    targetArn: input.required('targetArn'),
    roleArn: input.required('roleArn'),
    ...(input.stringMap('tags') !== undefined && { tags: { ...input.stringMap('tags') } }),
  };
  destinations.set(destinationName, destination);
  store.accountChanged(account);
  return { destination: describe(destination, account) };
};

export const putDestinationPolicy: Operation = (input, { account, store }) => {
  const { destinations } = account.resources;
  const destination = destinations.get(input.required('destinationName'));
  if (destination === undefined) throw noSuchDestination();
  const { text: accessPolicy } = readDocument(input, 'accessPolicy', MAX_ACCESS_POLICY);
  destinations.set(destination.destinationName, { ...destination, accessPolicy });
  store.accountChanged(account);
  return undefined;
};

export const deleteDestination: Operation = (input, { account, store }) => {
  if (!account.resources.destinations.delete(input.required('destinationName'))) throw noSuchDestination();
  store.accountChanged(account);
  return undefined;
};

export const describeDestinations: Operation = (input, { account }) => {
  // The only member of the API that begins with a capital letter.
  const prefix = input.string('DestinationNamePrefix') ?? '';
  const key = ({ destinationName }: Destination): string => destinationName;
  const found = [...account.resources.destinations.values()].filter((each) => key(each).startsWith(prefix));
  found.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const page = pageAfter(found, key, input.string('nextToken'), input.integer('limit') ?? 50);
  return {
    destinations: page.items.map((destination) => describe(destination, account)),
    ...(page.nextToken !== undefined && { nextToken: page.nextToken }),
  };
};

function describe({ tags: _, ...shown }: Destination, { region, accountId }: Account): object {
  return { ...shown, arn: `arn:aws:logs:${region}:${accountId}:destination:${shown.destinationName}` };
}

function noSuchDestination(): ServiceError {
  return new ServiceError('ResourceNotFoundException', 'The specified destination does not exist.');
}
