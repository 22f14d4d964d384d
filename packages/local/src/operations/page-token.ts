import { invalidNextToken } from '../errors/service-error.js';
import type { Position } from '../store/log-stream.js';

/**
 * One page of a sorted list, from behind the key that `nextToken` names. A key and not an index, so that a page is right
 * also when items came or went since the last one.
 */
export function pageAfter<T>(
  sorted: readonly T[],
  key: (item: T) => string,
  nextToken: string | undefined,
  limit: number,
  { descending = false, tokenAtEnd = false }: { descending?: boolean; tokenAtEnd?: boolean } = {},
): { readonly items: readonly T[]; readonly nextToken: string | undefined } {
  const ordered = descending ? [...sorted].reverse() : sorted;
  let rest = ordered;
  if (nextToken !== undefined) {
    const after = decode(nextToken);
    rest = ordered.filter((item) => (descending ? key(item) < after : key(item) > after));
  }
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  const hasToken = last !== undefined && (tokenAtEnd || rest.length > limit);
  return { items, nextToken: hasToken ? encode(key(last)) : undefined };
}

const MARK = 'page:';

function encode(key: string): string {
  return Buffer.from(MARK + key).toString('base64url');
}

function decode(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith(MARK) || encode(text.slice(MARK.length)) !== token) throw invalidNextToken();
  return text.slice(MARK.length);
}

/** A position, and how many empty pages were given out there by the fault `empty-pages`. */
export interface PagePosition extends Position {
  readonly emptyPages?: number;
}

/** Names a position in 56 digits, as CloudWatch names events. */
export function positionDigits({ timestamp, arrival, emptyPages = 0 }: PagePosition): string {
  return `3${emptyPages}${String(timestamp).padStart(26, '0')}${String(arrival).padStart(28, '0')}`;
}

export function parsePosition(digits: string): Required<PagePosition> {
  if (!/^3\d{55}$/.test(digits)) throw invalidNextToken();
  return {
    emptyPages: Number(digits[1]),
    timestamp: Number(digits.slice(2, 28)),
    arrival: Number(digits.slice(28)),
  };
}
