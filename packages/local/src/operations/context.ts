import { invalidParameter, noSuchGroup, validation } from '../errors/service-error.js';
import type { ReadFaults } from '../faults/read-faults.js';
import { type Input, LOG_GROUP_NAME } from '../requests/input.js';
import type { SequenceTokenRule, TokenErrorStyle } from '../store/sequence-tokens.js';
import type { LogGroup, Store } from '../store/store.js';

/** What an operation works on. */
export interface Context {
  readonly store: Store;
  readonly now: () => number;
  readonly region: string;
  readonly accountId: string;
  readonly sequenceTokens: SequenceTokenRule;
  readonly tokenErrors: TokenErrorStyle;
  readonly maxEventBytes: number;
  /** Told about every accepted put. */
  readonly onPut: (put: AcceptedPut) => void;
  /** Told about every stream that CreateLogStream made. */
  readonly onStream: (logGroupName: string, logStreamName: string) => void;
}

/** A put that was accepted. */
export interface AcceptedPut {
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** Stored events; those that were rejected as too old or too new are not among them. */
  readonly events: number;
  /** UTF-8 bytes of the stored messages plus 26 for each. */
  readonly bytes: number;
  /** The token for the next put. */
  readonly sequenceToken: string;
}

/** Carries out a request and answers the body of the reply, or nothing for an empty one. */
export type Operation = (input: Input, context: Context, reading: ReadFaults) => object | undefined;

export function logGroupArn(
  name: string,
  { region, accountId }: { region: string; accountId: string },
): string {
  return `arn:aws:logs:${region}:${accountId}:log-group:${name}`;
}

const ARN = /^arn:[\w-]+:logs:[^:]*:[^:]*:log-group:([^:]+)(?::\*)?$/;

/** The group name in a log group ARN, with or without the `:*` at its end. */
export function groupNameOfArn(arn: string): string | undefined {
  return ARN.exec(arn)?.[1];
}

/** Reads logGroupName or logGroupIdentifier, of which exactly one must be there, and checks all that was read so far. */
export function readGroup(input: Input, store: Store): LogGroup {
  const name = input.string('logGroupName', LOG_GROUP_NAME);
  const identifier = input.string('logGroupIdentifier', { min: 1, max: 2048 });
  input.check();
  if (name !== undefined && identifier !== undefined) {
    throw validation('LogGroup name and LogGroup ARN are mutually exclusive parameters.');
  }
  const asked = name ?? (identifier?.startsWith('arn:') ? groupNameOfArn(identifier) : identifier);
  if (asked === undefined) {
    if (identifier !== undefined) throw noSuchGroup();
    throw invalidParameter('Either logGroupName or logGroupIdentifier is required.');
  }
  return store.group(asked);
}
