import type { Advice } from '../cloudwatch/outcome.js';
import type { GroupSetting, PutFailure, Target } from '../cloudwatch/sink.js';
import { forPeople, nameOfStream } from '../text/for-people.js';
import type { FailureCode, Warning } from './events.js';

/** The answer, in brackets: status, name and text. */
export function quote({ status, name, message, redirectedTo }: PutFailure): string {
  if (redirectedTo !== undefined) return `HTTP ${status}, a redirect to ${redirectedTo}`;
  // The parser of JSON quotes what it met, the SDK has words of its own for nothing, and neither tells anything.
  if (status !== undefined && name === 'SyntaxError')
    return `HTTP ${status}, and no answer of CloudWatch Logs`;
  if (status !== undefined && EMPTY.has(message)) return `HTTP ${status}${EMPTY.has(name) ? '' : ` ${name}`}`;
  const said = forPeople(message);
  const text = said === '' || said === name ? name : `${name}: ${said}`;
  return status === undefined ? text : `HTTP ${status} ${text}`;
}

const EMPTY: ReadonlySet<string> = new Set(['', 'Unknown', 'UnknownError']);

/** Names of errors of Node.js for a module that is not there. */
const NOT_FOUND = /^(?:(?:ERR_)?MODULE_NOT_FOUND|ERR_PACKAGE_PATH_NOT_EXPORTED)$/;
const OF_CLOCK = /^(?:RequestTimeTooSkewed|RequestExpired)$/;
const SIGNED_AT_ANOTHER_TIME = /^signature (?:expired|not yet current)/i;

/** The code of the warning about a failure: its source, as far as that is known. */
export function codeOf(advice: Advice, failure: PutFailure, action?: string): FailureCode {
  const { name, status, message } = failure;
  if (advice === 'credentials' && failure.stage === 'client') return 'module';
  if (status === undefined && NOT_FOUND.test(name)) return 'module';
  if (OF_CLOCK.test(name) || (status !== undefined && SIGNED_AT_ANOTHER_TIME.test(message))) return 'clock';
  if (name === 'LimitExceededException' && action !== undefined) return 'quota';
  if (status === 407) return 'proxy';
  return advice;
}

/** The message about a failure, in one line: what is wrong, what happens to the logs, what to do. */
export function explainFailure(
  code: FailureCode,
  failure: PutFailure,
  target: Target,
  action = 'logs:PutLogEvents',
): string {
  const group = `log group "${target.logGroupName}"`;
  const where = nameOfStream(target);
  const call = action.slice('logs:'.length);
  const said = quote(failure);
  const { name } = failure;
  switch (code) {
    case 'permission':
      return failure.isTurnedOff
        ? `the ${call === 'CreateLogGroup' ? group : where} does not exist, and ` +
            `${call === 'CreateLogGroup' ? 'createLogGroup' : 'createLogStream'} is off (${said}). Events are kept; ` +
            `create it, or turn on createLogGroup and createLogStream and allow ${action}.`
        : `not allowed to write to the ${where} (${said}). Events are kept; allow the IAM action ${action}.`;
    case 'credentials':
      return `no valid AWS credentials for the ${where} (${said}). Events are kept; ${credentialsHint(failure)}.`;
    case 'clock':
      return (
        `CloudWatch Logs does not take the time of this machine, for the ${where} (${said}). Events are kept; ` +
        'set the clock of this machine right, with NTP.'
      );
    case 'module': {
      const missing = name === 'ClientModuleError' ? 'no client' : 'the AWS SDK cannot be loaded,';
      return `${missing} for the ${where} (${said}). Events are kept; ${moduleHint(failure)}.`;
    }
    case 'quota':
      return (
        `a quota of this account is reached, for ${call} on the ${where} (${said}). Events are kept; delete ` +
        `${call === 'CreateLogGroup' ? 'log groups' : 'what is not needed'}, or ask for a higher quota.`
      );
    case 'region':
      return `no AWS Region is set (${said}). Events are kept; set aws.region or AWS_REGION.`;
    case 'throttled':
      return (
        `CloudWatch Logs throttles ${call} for the ${where} (${said}). Events are kept and sent ` +
        'more slowly; ask for a higher quota if this lasts.'
      );
    case 'unreachable':
      return (
        `CloudWatch Logs cannot be reached for the ${where} (${said}). Events are kept; check the Region, ` +
        'the endpoint and the network.'
      );
    case 'proxy':
      return (
        `a proxy on the way to the ${where} asks for credentials of its own (${said}). Events are kept; ` +
        'put them into the URL of the proxy.'
      );
    case 'service':
      return serviceMessage(failure, where, call, said);
  }
}

/** For a client that could not be made, because a module was not loaded. */
export function moduleHint({ name }: PutFailure): string {
  if (name === 'ClientModuleError')
    return 'check the option clientModule, and that the module is where the application runs';
  if (NOT_FOUND.test(name))
    return 'install @aws-sdk/client-cloudwatch-logs where the application runs, or put it into the bundle';
  return (
    'install @aws-sdk/client-cloudwatch-logs anew where the application runs; leave it out of the bundle, if there is one; ' +
    'give tests in Jest the environment "node", not jsdom'
  );
}

/** By what the source of credentials says. */
function credentialsHint({ name, message, stage, status }: PutFailure): string {
  if (name === 'CredentialsTimeoutError')
    return 'their provider does not answer: check it, and the way to STS or the metadata service';
  if (/token ?file|identity ?token/i.test(message) || (name === 'ENOENT' && stage === 'credentials'))
    return 'check AWS_WEB_IDENTITY_TOKEN_FILE, and whether that file can be read';
  if (/\bprofile\b/i.test(message))
    return 'check the profile: aws.profile or AWS_PROFILE, and the files in ~/.aws';
  if (stage === 'credentials' && NETWORK.test(name))
    return 'where they come from cannot be reached: STS, SSO, or the metadata service';
  if (stage === 'credentials' && status !== undefined)
    return 'STS or SSO refused to give them: check the role, and who may assume it';
  return 'check the credentials, the profile or the role, and the clock';
}

const NETWORK =
  /^(?:E(?:CONN\w+|TIMEDOUT|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH|PIPE)|TimeoutError|ConnectTimeoutError)$/;

function serviceMessage(
  { status, name, redirectedTo }: PutFailure,
  where: string,
  call: string,
  said: string,
): string {
  const kept = 'Events are kept and sent again';
  if (redirectedTo !== undefined)
    return `the endpoint of the ${where} sends requests elsewhere, which is not followed (${said}). ${kept}; check aws.endpoint.`;
  if (status !== undefined && name === 'SyntaxError')
    return `something between here and CloudWatch Logs answered for the ${where} (${said}). ${kept}; check the proxy and aws.endpoint.`;
  const what = call === 'PutLogEvents' ? 'take puts to' : `carry out ${call} for`;
  return `CloudWatch Logs does not ${what} the ${where} (${said}). ${kept}.`;
}

/** A log group was made without what it was to have. */
export function settingRefusedWarning(
  setting: GroupSetting,
  logGroupName: string,
  failure: PutFailure,
): Omit<Warning, 'suppressed'> {
  const message =
    setting === 'tags'
      ? `log group "${logGroupName}" was created without its tags (${quote(failure)}); allow logs:TagResource and ` +
        'tag it, or leave logGroupTags out. Logs are delivered all the same.'
      : `log group "${logGroupName}" was created without its KMS key (${quote(failure)}); let CloudWatch Logs use the ` +
        'key and associate it with the log group, or leave kmsKeyId out. Logs are delivered all the same, encrypted with ' +
        'a key of AWS.';
  return { code: setting, message, logGroupName };
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

/** @param byMs what makes a time of this machine's clock right */
export function wrongClockWarning(byMs: number): string {
  const seconds = Math.round(Math.abs(byMs) / 1000);
  return (
    `the clock of this machine is ${seconds} s ${byMs < 0 ? 'ahead of' : 'behind'} that of CloudWatch Logs. Events that ` +
    'have their time from it are corrected; set the clock.'
  );
}
