import { checkToken, messagesDigest } from '../store/sequence-tokens.js';
import type { Operation } from './context.js';
import { readEntity } from './entity.js';
import { acceptance, checkPut } from './put-log-events.js';

export const putLogEvents: Operation = (input, context) => {
  const now = context.now();
  const put = checkPut(input, { now, maxEventBytes: context.maxEventBytes });
  const group = context.account.group(put.logGroupName);
  const stream = group.stream(put.logStreamName);
  if (context.sequenceTokens === 'enforced') {
    let digest: string | undefined;
    const lazyDigest = (): string => {
      digest ??= messagesDigest(put.events);
      return digest;
    };
    checkToken(stream.tokens, put.sequenceToken, lazyDigest, context.tokenErrors);
    stream.tokens.lastPut = { token: put.sequenceToken, digest: lazyDigest() };
  }
  const { from, to, rejectedLogEventsInfo } = acceptance(put.events, now, group.keptSince(now));
  const entity = readEntity(input.raw('entity'));
  if (typeof entity === 'object') stream.entity = entity;
  const sequenceToken = context.store.put(group, stream, put.events, put.sizes, from, to);
  let { bytes } = put;
  if (rejectedLogEventsInfo !== undefined) {
    bytes = put.sizes.subarray(from, Math.max(from, to)).reduce((sum, size) => sum + size, 0);
  }
  context.onPut({
    logGroupName: put.logGroupName,
    logStreamName: put.logStreamName,
    events: Math.max(0, to - from),
    bytes,
    sequenceToken,
    ...(typeof entity === 'object' && { entity }),
  });
  return {
    nextSequenceToken: sequenceToken,
    ...(rejectedLogEventsInfo && { rejectedLogEventsInfo }),
    ...(typeof entity === 'string' && { rejectedEntityInfo: { errorType: entity } }),
  };
};
