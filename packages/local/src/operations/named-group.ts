import { invalidParameter, noSuchGroup, ServiceError, validation } from '../errors/service-error.js';
import type { Input } from '../requests/input.js';
import type { Account, LogGroup } from '../store/log-group.js';

const ARN = /^arn:[\w-]+:logs:([^:]*):([^:]*):log-group:([^:]+)$/;

/** The log group that an ARN names. One of another account or Region is not found. */
export function groupOfArn(arn: string, { region, accountId, groups }: Account): LogGroup | undefined {
  const [, arnRegion, arnAccount, name = ''] = ARN.exec(arn) ?? [];
  return arnRegion === region && arnAccount === accountId ? groups.get(name) : undefined;
}

/** The group name in a log group ARN. */
export function groupNameOfArn(arn: string): string | undefined {
  return ARN.exec(arn)?.[3];
}

/** Reads logGroupName or logGroupIdentifier, of which exactly one must be there. */
export function readGroup(input: Input, account: Account): LogGroup {
  const name = input.string('logGroupName');
  const identifier = input.string('logGroupIdentifier');
  if (name !== undefined && identifier !== undefined) {
    throw validation('LogGroup name and LogGroup ARN are mutually exclusive parameters.');
  }
  const asked = name ?? identifier;
  if (asked === undefined) throw invalidParameter('Either logGroupName or logGroupIdentifier is required.');
  return namedGroup(asked, account);
}

/** The log group of a name or an ARN. @throws ServiceError ResourceNotFoundException */
export function namedGroup(identifier: string, account: Account): LogGroup {
  if (!identifier.startsWith('arn:')) return account.group(identifier);
  const group = groupOfArn(identifier, account);
  if (group === undefined) throw noSuchGroup();
  return group;
}

/** Refuses what the class for infrequent access does not offer. The words were seen on AWS. */
export function refuseInfrequentAccess({ name, logGroupClass }: LogGroup, operation: string): void {
  if (logGroupClass !== 'INFREQUENT_ACCESS') return;
  throw new ServiceError(
    'InvalidOperationException',
    `The log group ${name} is of log-group-class ${logGroupClass}. ${operation} is not supported for this log class.`,
  );
}
