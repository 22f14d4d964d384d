import { ServiceError } from '../errors/service-error.js';
import type { LogGroup } from '../store/log-group.js';

/** Refuses what the class for infrequent access does not offer. The words were seen on AWS. */
export function refuseInfrequentAccess({ name, logGroupClass }: LogGroup, operation: string): void {
  if (logGroupClass !== 'INFREQUENT_ACCESS') return;
  throw new ServiceError(
    'InvalidOperationException',
    `The log group ${name} is of log-group-class ${logGroupClass}. ${operation} is not supported for this log class.`,
  );
}
