/**
 * The limits of PutLogEvents, as documented in the API reference of Amazon CloudWatch Logs
 * (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html).
 */

/** Bytes that CloudWatch Logs adds to every event when it measures a batch. */
export const EVENT_OVERHEAD_BYTES = 26;

/** Largest batch: the UTF-8 bytes of all messages plus {@link EVENT_OVERHEAD_BYTES} for each. */
export const MAX_BATCH_BYTES = 1_048_576;

/** Most events in one batch. */
export const MAX_BATCH_EVENTS = 10_000;

/** Longest time between the first and the last event of one batch. */
export const MAX_BATCH_SPAN_MS = 24 * 60 * 60 * 1000;

/**
 * Largest event, overhead included: 1 MB since April 2025 (before: 262,144). That the overhead counts here
 * too is not documented; AWS's own tests succeed up to 1,048,546 bytes of message.
 */
export const MAX_EVENT_BYTES = 1_048_576;

/** Values that PutRetentionPolicy accepts, in days. */
export const RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Values that CreateLogGroup accepts as `logGroupClass`. */
export const LOG_GROUP_CLASSES = ['STANDARD', 'INFREQUENT_ACCESS', 'ESSENTIALS', 'DELIVERY'] as const;

/** 1 to 512 of these characters make a log group name. */
export const LOG_GROUP_NAME = /^[.\-_/#A-Za-z0-9]{1,512}$/;

/** Longest log group name, in characters. */
export const MAX_GROUP_NAME_LENGTH = 512;

/** Longest log stream name, in characters. */
export const MAX_STREAM_NAME_LENGTH = 512;
