import { ServiceError } from '../errors/service-error.js';
import type { Fault } from './fault.js';
import type { FaultTarget } from './faults.js';

/** The error that a fault answers with, or undefined for a fault that does not answer with an error of the service. */
export function faultAnswer(fault: Fault, target: FaultTarget): ServiceError | undefined {
  const { retryAfterSeconds } = fault;
  switch (fault.kind) {
    case 'throttle':
    case 'quota':
      return new ServiceError('ThrottlingException', 'Rate exceeded', { retryAfterSeconds });
    case 'internal-error':
      return new ServiceError('InternalServerException', 'Internal server error', {
        status: 500,
        retryAfterSeconds,
      });
    case 'unavailable':
      return new ServiceError('ServiceUnavailableException', 'The service cannot complete the request.', {
        status: 503,
        retryAfterSeconds,
      });
    case 'access-denied':
      return new ServiceError('AccessDeniedException', accessDenied(target));
    case 'expired-token':
      return new ServiceError(
        'ExpiredTokenException',
        'The security token included in the request is expired',
      );
    case 'unrecognized-client':
      return new ServiceError(
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
      );
    case 'limit-exceeded':
      return new ServiceError('LimitExceededException', 'Resource limit exceeded.');
    case 'operation-aborted':
      return new ServiceError(
        'OperationAbortedException',
        'A conflicting operation is currently in progress against this resource. Please try again.',
      );
    default:
      return undefined;
  }
}

/** An answer as a proxy in front of the service might give it. */
export const HTML_ANSWER =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1></body>\r\n</html>\r\n';

function accessDenied(target: FaultTarget): string {
  const { region, accountId } = target;
  const stream = target.operation === 'PutLogEvents' ? (target.logStreamName ?? '') : '';
  const resource = `arn:aws:logs:${region}:${accountId}:log-group:${target.logGroupName ?? ''}:log-stream:${stream}`;
  const action = `logs:${target.operation}`;
  return (
    `User: arn:aws:iam::${accountId}:user/local is not authorized to perform: ${action} on resource: ${resource} ` +
    `because no identity-based policy allows the ${action} action`
  );
}
