import type { Advice } from '../cloudwatch/outcome.js';
import type { PutFailure, Target } from '../cloudwatch/sink.js';
import { forPeople } from '../text/for-people.js';
import type { Warning } from './diagnostics.js';

/** What was answered, in brackets: status, name and text. */
export function quote({ status, name, message }: PutFailure): string {
  const said = forPeople(message);
  const text = said === '' || said === name ? name : `${name}: ${said}`;
  return status === undefined ? text : `HTTP ${status} ${text}`;
}

/** What to tell a person about a failure, in one line: what is wrong, what happens to the logs, what to do. */
export function explainFailure(
  advice: Advice,
  failure: PutFailure,
  target: Target,
  action = 'logs:PutLogEvents',
): string {
  const where = `log stream "${target.logStreamName}" of log group "${target.logGroupName}"`;
  const said = quote(failure);
  switch (advice) {
    case 'permission':
      return failure.name === 'ResourceNotFoundException'
        ? `the ${where} cannot be used (${said}). Events are kept; create it, or turn on ` +
            `createLogGroup and createLogStream and allow ${action}.`
        : `not allowed to write to the ${where} (${said}). Events are kept; allow the IAM action ${action}.`;
    case 'credentials':
      return (
        `no valid AWS credentials for the ${where} (${said}). Events are kept; check the credentials, ` +
        'the profile or the role, and the clock.'
      );
    case 'region':
      return `no AWS Region is set (${said}). Events are kept; set aws.region or AWS_REGION.`;
    case 'throttled':
      return (
        `CloudWatch Logs throttles ${action.slice('logs:'.length)} for the ${where} (${said}). Events are kept and sent ` +
        'more slowly; ask for a higher quota if this lasts.'
      );
    case 'unreachable':
      return (
        `CloudWatch Logs cannot be reached for the ${where} (${said}). Events are kept; check the Region, ` +
        'the endpoint and the network.'
      );
    case 'service':
      return `CloudWatch Logs does not take puts to the ${where} (${said}). Events are kept and sent again.`;
  }
}

/** @param byMs what makes a time of this machine's clock right */
export function wrongClockWarning(byMs: number): string {
  const seconds = Math.round(Math.abs(byMs) / 1000);
  return (
    `the clock of this machine is ${seconds} s ${byMs < 0 ? 'ahead of' : 'behind'} that of CloudWatch Logs. Events that ` +
    'have their time from it are corrected; set the clock.'
  );
}

/** The retention of a group could not be set. */
export function retentionWarning(logGroupName: string, failure: PutFailure): Omit<Warning, 'suppressed'> {
  return {
    code: 'retention',
    message:
      `the retention of log group "${logGroupName}" could not be set ` +
      `(${quote(failure)}); allow logs:PutRetentionPolicy or leave ` +
      'retentionInDays out. Logs are delivered all the same.',
    logGroupName,
  };
}
