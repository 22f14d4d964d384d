/** Where requests were sent. */
export interface SentPlace {
  readonly region: string;
  readonly hostname: string;
}

/** Hosts of AWS, those of VPC endpoints among them. */
const OF_AWS = /(?:^|\.)(?:amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|api\.aws)$/;

/** The page of a log stream in the AWS console, or of the group; undefined where logs go to another endpoint than AWS's. */
export function consoleLink(
  { region, hostname }: SentPlace,
  { logGroupName, logStreamName }: { readonly logGroupName: string; readonly logStreamName?: string },
): string | undefined {
  if (!OF_AWS.test(hostname)) return undefined;
  const stream = logStreamName === undefined ? '' : `/log-events/${fragment(logStreamName)}`;
  const host = consoleHost(region);
  return `https://${host}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${fragment(logGroupName)}${stream}`;
}

function consoleHost(region: string): string {
  if (region.startsWith('cn-')) return `${region}.console.amazonaws.cn`;
  if (region.startsWith('us-gov-')) return `${region}.console.amazonaws-us-gov.com`;
  if (region.startsWith('eusc-')) return `${region}.console.amazonaws-eusc.eu`;
  return `${region}.console.aws.amazon.com`;
}

/** The console encodes twice, and writes `$` for the second `%`. */
function fragment(name: string): string {
  return encodeURIComponent(encodeURIComponent(name)).replaceAll('%', '$');
}
