import type { ResolvedOptions } from '../options/resolve-options.js';

/** A statement of an IAM policy. */
export interface PolicyStatement {
  /** As IAM takes it. */
  readonly Effect: 'Allow';
  /** The actions that are missing, such as `'logs:PutLogEvents'`. */
  readonly Action: readonly string[];
  /** ARNs of the log group and of the streams in it. */
  readonly Resource: readonly string[];
}

/** Whom and what a statement is for. */
export interface PolicyPlace {
  readonly region: string;
  /** 12 digits. @default any account: `*` */
  readonly account: string | undefined;
  readonly logGroupName: string;
}

type Wanted = Pick<
  ResolvedOptions,
  'createLogGroup' | 'createLogStream' | 'retentionInDays' | 'logGroupTags'
>;

/**
 * The one statement to add: all actions that the options ask for, but those that are known to be allowed, so that nobody
 * adds one and meets the next.
 */
export function missingStatement(
  wanted: Wanted,
  allowed: ReadonlySet<string>,
  { region, account = '*', logGroupName }: PolicyPlace,
): PolicyStatement {
  const actions = [
    'logs:PutLogEvents',
    ...(wanted.createLogStream ? ['logs:CreateLogStream'] : []),
    ...(wanted.createLogGroup ? ['logs:CreateLogGroup'] : []),
    ...(wanted.createLogGroup && wanted.logGroupTags ? ['logs:TagResource'] : []),
    ...(wanted.retentionInDays !== undefined ? ['logs:PutRetentionPolicy'] : []),
  ];
  const group = `arn:${partitionOf(region)}:logs:${region}:${account}:log-group:${logGroupName}`;
  return {
    Effect: 'Allow',
    Action: actions.filter((action) => !allowed.has(action)),
    // IAM compares the group with the first, and the streams in it with the second.
    Resource: [group, `${group}:*`],
  };
}

/** The part of AWS that a Region belongs to; see "AWS Regions and partitions" in the AWS General Reference. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  if (region.startsWith('eusc-')) return 'aws-eusc';
  return 'aws';
}

/** The domain of the services' endpoints. */
export function domainOf(region: string): string {
  const partition = partitionOf(region);
  if (partition === 'aws-cn') return 'amazonaws.com.cn';
  return partition === 'aws-eusc' ? 'amazonaws.eu' : 'amazonaws.com';
}
