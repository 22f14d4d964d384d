import { type LocalOptions, startLocal } from 'cloudwatch-logs-local';
import type { AwsOptions, FlushOptions, PublisherOptions, SpoolSettings } from 'cloudwatch-logs-publisher';
import {
  type CloudWatchStreamOptions,
  type CloudWatchTransportOptions,
  cloudWatchTarget,
} from 'pino-cloudwatch-logs';
import type { CloudWatchTransportOptions as WinstonOptions } from 'winston-cloudwatch-logs';

/** `undefined` for each option that may be left out, as `{ region: process.env.REGION }` gives it. */
type Undefined<Options> = {
  [Name in keyof Options as string extends Name
    ? never
    : object extends Pick<Options, Name>
      ? Name
      : never]: undefined;
};
function nothing<Options>(): Undefined<Options> {
  return {} as Undefined<Options>;
}

const logGroupName = 'app';
const aws: AwsOptions = { ...nothing<AwsOptions>(), region: process.env.REGION };
const spool: SpoolSettings = { ...nothing<SpoolSettings>(), directory: 'spool' };
export const publisher: PublisherOptions = { ...nothing<PublisherOptions>(), logGroupName, aws, spool };
export const stream: CloudWatchStreamOptions = { ...nothing<CloudWatchStreamOptions>(), logGroupName };
const options: CloudWatchTransportOptions = { ...nothing<CloudWatchTransportOptions>(), logGroupName };
export const target = cloudWatchTarget(options, { level: process.env.LEVEL });
export const winston: WinstonOptions = { ...nothing<WinstonOptions>(), logGroupName };
export const flush: FlushOptions = nothing<FlushOptions>();
const local: LocalOptions = nothing<LocalOptions>();
export const start = () => startLocal(local);
