/** The log group that every contender logs to. */
export const logGroupName: string;
/** Its log stream. */
export const logStreamName: string;
