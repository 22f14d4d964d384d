/**
 * Requests a second that AWS grants an account in a Region, for the operations that have a published rate.
 * Source: "CloudWatch Logs quotas" in the CloudWatch Logs User Guide, 2026.
 */
const REQUESTS_PER_SECOND: Readonly<Record<string, number>> = {
  PutLogEvents: 5000,
  CreateLogGroup: 10,
  DeleteLogGroup: 10,
  CreateLogStream: 50,
  DeleteLogStream: 15,
  DescribeLogGroups: 10,
  DescribeLogStreams: 25,
  GetLogEvents: 25,
  FilterLogEvents: 10,
  StartQuery: 10,
  GetQueryResults: 10,
  StartLiveTail: 5,
  PutRetentionPolicy: 5,
  DeleteRetentionPolicy: 5,
  TagResource: 5,
  UntagResource: 5,
  ListTagsForResource: 5,
  TagLogGroup: 5,
  UntagLogGroup: 5,
  ListTagsLogGroup: 5,
  AssociateKmsKey: 5,
  TestMetricFilter: 5,
  PutMetricFilter: 5,
  DescribeMetricFilters: 5,
  DeleteMetricFilter: 5,
  PutSubscriptionFilter: 5,
  DescribeSubscriptionFilters: 5,
  DeleteSubscriptionFilter: 5,
  PutDestination: 5,
  PutDestinationPolicy: 5,
  DescribeDestinations: 5,
  DeleteDestination: 5,
  CreateExportTask: 5,
  DescribeExportTasks: 5,
  CancelExportTask: 5,
  PutDataProtectionPolicy: 5,
  GetDataProtectionPolicy: 5,
  DeleteDataProtectionPolicy: 5,
};

/** Where a Region has another rate. */
const REGIONAL: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  GetLogEvents: {
    'us-west-2': 10,
    'ap-northeast-3': 10,
    'ap-southeast-3': 10,
    'ca-west-1': 10,
    'eu-central-1': 10,
    'eu-west-1': 10,
    'eu-west-3': 30,
    'il-central-1': 10,
  },
  FilterLogEvents: {
    'us-east-1': 25,
    'ap-northeast-3': 5,
    'ap-southeast-3': 5,
    'ca-west-1': 5,
    'eu-central-1': 5,
    'il-central-1': 5,
  },
};

/** Requests a second, or Infinity for an operation whose rate is not published. */
export function awsRate(operation: string, region: string): number {
  return REGIONAL[operation]?.[region] ?? REQUESTS_PER_SECOND[operation] ?? Number.POSITIVE_INFINITY;
}

/** Grants requests at a rate, with one second's worth at once: a token bucket for each name. */
export class RateLimiter {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  /** Whether one more request is within the rate at `now`, in milliseconds. */
  grant(name: string, perSecond: number, now: number): boolean {
    if (perSecond === Number.POSITIVE_INFINITY) return true;
    // A rate below one a second still lets single requests through.
    const capacity = Math.max(1, perSecond);
    const bucket = this.#buckets.get(name) ?? { tokens: capacity, at: now };
    this.#buckets.set(name, bucket);
    // A clock that was set back refills nothing.
    const elapsedMs = Math.max(0, now - bucket.at);
    bucket.tokens = Math.min(capacity, bucket.tokens + (elapsedMs / 1000) * perSecond);
    bucket.at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}
