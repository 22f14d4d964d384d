import { describe, invalidOption, PublisherError } from './errors.js';
import { hintFor } from './hints.js';
import { type Check, isRecord, text } from './option-rows.js';
import { nearestName } from './spelling.js';

/** Static credentials, as the SDK takes them. */
export interface AwsCredentials {
  /** Id of the access key. */
  readonly accessKeyId: string;
  /** The secret that belongs to it. Never printed. */
  readonly secretAccessKey: string;
  /** Session token of temporary credentials. @default none: the key is a permanent one */
  readonly sessionToken?: string | undefined;
  /** When a provider is asked for new ones; also as text, as the AWS CLI and STS print it. @default never */
  readonly expiration?: Date | string | undefined;
}

/**
 * Settings of the AWS SDK client, handed on as they are. As data they reach a worker thread too; what is
 * left out comes from the environment, as everywhere with the SDK.
 */
export interface AwsOptions {
  /** Region, such as `'eu-central-1'`. @default `AWS_REGION`, then the profile's region */
  readonly region?: string | undefined;
  /** Another endpoint than AWS's own, such as `'http://127.0.0.1:4590'`. @default the endpoint of the Region */
  readonly endpoint?: string | undefined;
  /** Named profile of the shared AWS configuration files; may assume a role. @default `AWS_PROFILE`, then `default` */
  readonly profile?: string | undefined;
  /** Static credentials; in-process also a credential provider. @default the SDK's provider chain */
  readonly credentials?: AwsCredentials | (() => Promise<AwsCredentials>) | undefined;
  /** Use the endpoint of the Region that is validated for FIPS 140. @default false */
  readonly useFipsEndpoint?: boolean | undefined;
  /** Use the endpoint of the Region that answers over IPv6 too. @default false */
  readonly useDualstackEndpoint?: boolean | undefined;
  /** Any other setting of `CloudWatchLogsClient`. */
  readonly [setting: string]: unknown;
}

/** The endpoint that the environment names, read as the SDK reads it. */
export function configuredEndpoint(env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (env.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true') return undefined;
  return env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS || env.AWS_ENDPOINT_URL || undefined;
}

const SWITCHES = ['useFipsEndpoint', 'useDualstackEndpoint'] as const;
const KNOWN = ['region', 'endpoint', 'profile', 'credentials', ...SWITCHES];
const KEYS = ['accessKeyId', 'secretAccessKey', 'sessionToken'];
const IN_CREDENTIALS = [...KEYS, 'expiration'];
/** Settings of the SDK that would be taken for one of these. */
const LOOK_ALIKES = ['endpointProvider', 'regionInfoProvider', 'useGlobalEndpoint'];

/** Checks the settings that are known here. Others of the SDK pass; one that looks like a slip of the pen does not. */
export const checkAws: Check = (name, value) => {
  const aws = value as AwsOptions;
  for (const key of Object.keys(aws)) {
    if (KNOWN.includes(key) || LOOK_ALIKES.includes(key)) continue;
    const nearest = nearestName(key, [...KNOWN, ...KEYS]);
    const path = KEYS.includes(nearest ?? '') ? `${name}.credentials` : name;
    const hint = nearest === undefined ? hintFor(key) : `Did you mean "${path}.${nearest}"?`;
    if (hint !== undefined) throw unknownSetting(`${name}.${key}`, hint);
  }
  const { region, endpoint, profile, credentials } = aws;
  if (region !== undefined && !(typeof region === 'string' && /^[a-z0-9][a-z0-9-]{0,62}$/.test(region))) {
    throw invalidOption(`${name}.region`, 'an AWS Region such as "us-east-1"', region, {
      remedy: 'Name one, or leave it out and set AWS_REGION.',
    });
  }
  if (endpoint !== undefined && !(typeof endpoint === 'string' && isHttpUrl(endpoint))) {
    throw invalidOption(`${name}.endpoint`, 'a URL such as "http://127.0.0.1:4590"', endpoint, {
      isSecret: true,
      remedy: "Begin it with http:// or https://, or leave it out for AWS's own endpoint.",
    });
  }
  const profiles = text('the name of a profile');
  if (profile !== undefined && !profiles.accepts(profile)) {
    throw invalidOption(`${name}.profile`, profiles.expected, profile, {
      remedy: 'Name one of the files in ~/.aws, or leave it out.',
    });
  }
  for (const key of SWITCHES) {
    const isOn: unknown = aws[key];
    if (isOn !== undefined && typeof isOn !== 'boolean' && typeof isOn !== 'function')
      throw invalidOption(`${name}.${key}`, 'true or false', isOn);
  }
  if (credentials !== undefined && typeof credentials !== 'function')
    checkCredentials(`${name}.credentials`, credentials);
};

function checkCredentials(name: string, credentials: unknown): void {
  if (!isRecord(credentials) || !isText(credentials.accessKeyId) || !isText(credentials.secretAccessKey)) {
    throw invalidOption(name, '{ accessKeyId, secretAccessKey, sessionToken? } or a provider', credentials, {
      got: gotInPlaceOfKeys(credentials),
      remedy: 'Give both keys as texts, or leave it out: the SDK looks where it always does.',
    });
  }
  for (const key of Object.keys(credentials)) {
    const nearest = IN_CREDENTIALS.includes(key) ? undefined : nearestName(key, IN_CREDENTIALS);
    if (nearest !== undefined) throw unknownSetting(`${name}.${key}`, `Did you mean "${name}.${nearest}"?`);
  }
  const { sessionToken, expiration } = credentials;
  if (sessionToken !== undefined && !isText(sessionToken)) {
    throw invalidOption(`${name}.sessionToken`, 'a text', sessionToken, {
      isSecret: true,
      remedy: 'Leave it out with a permanent key.',
    });
  }
  if (expiration !== undefined && !isDate(expiration))
    throw invalidOption(`${name}.expiration`, 'a Date or a text such as "2030-01-31T12:00:00Z"', expiration);
}

function gotInPlaceOfKeys(credentials: unknown): string {
  if (!isRecord(credentials)) return describe(credentials, { isSecret: true });
  const empty = KEYS.find((key) => credentials[key] === '');
  return empty === undefined
    ? `an object with ${Object.keys(credentials).join(', ') || 'nothing'}`
    : `an object in which ${empty} is empty`;
}

function unknownSetting(path: string, hint: string): PublisherError {
  return new PublisherError('CLOUDWATCH_LOGS_INVALID_OPTION', `Unknown option "${path}". ${hint}`);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isDate(value: unknown): boolean {
  const isOne = typeof value === 'string' || Object.prototype.toString.call(value) === '[object Date]';
  return isOne && !Number.isNaN(new Date(value as string | Date).getTime());
}

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

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
