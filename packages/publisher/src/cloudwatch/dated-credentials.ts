import type { AwsCredentials, AwsOptions } from '../options/aws-settings.js';

/** Credentials as the SDK takes them. */
type Dated = Omit<AwsCredentials, 'expiration'> & { readonly expiration?: Date };

/** The settings for the SDK, which takes a date only: given the text that the AWS CLI and STS print, it never signs anything. */
export function withDates(aws: AwsOptions): AwsOptions & { credentials?: Dated | (() => Promise<Dated>) } {
  const { credentials, ...others } = aws;
  if (credentials === undefined) return others;
  if (typeof credentials !== 'function') return { ...others, credentials: dated(credentials) };
  return { ...others, credentials: async () => dated(await credentials()) };
}

function dated({ expiration, ...keys }: AwsCredentials): Dated {
  const date = new Date(expiration ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? keys : { ...keys, expiration: date };
}
