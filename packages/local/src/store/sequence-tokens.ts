import { createHash, randomInt } from 'node:crypto';
import { ServiceError } from '../errors/service-error.js';

/** Whether a put must carry the token of the put before it, as CloudWatch Logs demanded until January 2023. */
export type SequenceTokenRule = 'ignored' | 'enforced';

/**
 * Where the answer to a refused token names the expected one: in the `expectedSequenceToken` member and the text, as
 * CloudWatch Logs did, or in the text only, as some other endpoints do.
 */
export type TokenErrorStyle = 'field' | 'message';

/** The memory of one log stream about its tokens. */
export interface TokenHistory {
  /** The token that the next put must carry; undefined while nothing was ever put. */
  expected: string | undefined;
  /** The last accepted put, under which token it was accepted and what it held. Survives a rotation of `expected`. */
  lastPut: { readonly token: string | undefined; readonly digest: string } | undefined;
}

const DIGITS = 56;

/** Makes tokens of 56 digits that begin with 495 and are never given out twice. */
export class TokenSource {
  readonly #prefix = `495${String(randomInt(1e14)).padStart(14, '0')}`;
  #given = 0;

  next(): string {
    this.#given += 1;
    return this.#prefix + String(this.#given).padStart(DIGITS - this.#prefix.length, '0');
  }
}

/**
 * Two puts are the same when their messages are, in order. Timestamps do not take part.
 * JSON tells every list of strings from every other, lone surrogates included.
 */
export function messagesDigest(events: readonly { readonly message: string }[]): string {
  return createHash('sha256')
    .update(JSON.stringify(events.map((event) => event.message)))
    .digest('base64');
}

/** Throws the refusal of a put whose token is not the expected one. `digest` is asked for only where it matters. */
export function checkToken(
  history: Readonly<TokenHistory>,
  token: string | undefined,
  digest: () => string,
  style: TokenErrorStyle,
): void {
  const { expected, lastPut } = history;
  if (lastPut !== undefined && token === lastPut.token && digest() === lastPut.digest) {
    throw refusal(
      'DataAlreadyAcceptedException',
      'The given batch of log events has already been accepted. The next batch can be sent with sequenceToken:',
      expected,
      style,
    );
  }
  if (token !== expected) {
    throw refusal(
      'InvalidSequenceTokenException',
      'The given sequenceToken is invalid. The next expected sequenceToken is:',
      expected,
      style,
    );
  }
}

function refusal(
  code: string,
  text: string,
  expected: string | undefined,
  style: TokenErrorStyle,
): ServiceError {
  const fields: Record<string, string> =
    expected === undefined || style === 'message' ? {} : { expectedSequenceToken: expected };
  return new ServiceError(code, `${text} ${expected ?? 'null'}`, { fields });
}
