import { nodeCrypto } from '../../modules/builtins.js';
import { printable } from '../../text/for-people.js';

/** Where events are to go, as their publisher was given it: nothing that has to be asked of AWS. */
export interface Destination {
  /** @default undefined: nothing names one */
  readonly region?: string | undefined;
  /** @default undefined: AWS's own */
  readonly endpoint?: string | undefined;
  /** @default undefined: the default profile */
  readonly profile?: string | undefined;
  /** Name of the log group, or the template that names it, as written. */
  readonly logGroupName: string;
}

const FIELDS = ['region', 'endpoint', 'profile', 'logGroupName'] as const;
const KEY_DIGITS = 16;

/** A line of JSON; the same destination always gives the same line. */
export function encodeDestination(destination: Destination): string {
  return `${JSON.stringify(Object.fromEntries(FIELDS.map((field) => [field, destination[field]])))}\n`;
}

/** Sixteen hexadecimal digits that stand for a destination in the names of directories. */
export function destinationKey(destination: Destination): string {
  return nodeCrypto()
    .createHash('sha256')
    .update(encodeDestination(destination))
    .digest('hex')
    .slice(0, KEY_DIGITS);
}

/** Undefined for text that is not the destination of this key. */
export function decodeDestination(text: string, key: string): Destination | undefined {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const value = (name: string): string | undefined => {
    const field = fields?.[name];
    return typeof field === 'string' ? field : undefined;
  };
  const destination = {
    region: value('region'),
    endpoint: value('endpoint'),
    profile: value('profile'),
    logGroupName: value('logGroupName') ?? '',
  };
  return destinationKey(destination) === key ? destination : undefined;
}

/** In words for people. */
export function describeDestination({ region, endpoint, profile, logGroupName }: Destination): string {
  const details = [
    region === undefined ? 'no Region named' : `Region ${region}`,
    ...(endpoint === undefined ? [] : [`endpoint ${endpoint}`]),
    ...(profile === undefined ? [] : [`profile ${profile}`]),
  ];
  return printable(`log group "${logGroupName}" (${details.join(', ')})`);
}
