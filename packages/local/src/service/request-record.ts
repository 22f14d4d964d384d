import type { FaultKind } from '../faults/fault.js';
import { type OffendingEvent, offendingEvent } from '../operations/offending-event.js';
import type { Outcome } from './service.js';

/** A request that was answered, was reset, or began to hang. */
export interface RequestRecord {
  /** Counts the requests of an endpoint from 1. */
  readonly number: number;
  /** When it came, in milliseconds since 1970 by the clock of the machine. */
  readonly time: number;
  /** From its first byte to the last of its answer, or to the moment in which the answer was taken away. */
  readonly durationMs: number;
  /** The name of the operation, `'other'` for what names no known one. */
  readonly operation: string;
  /** `'ok'`, the code of the error that was answered, or the kind of the fault that took the answer away. */
  readonly outcome: string;
  /** The text of the error that was answered: the rule that refused the request. */
  readonly message?: string;
  /** The log group that it names. */
  readonly logGroupName?: string;
  /** The log stream that it names. */
  readonly logStreamName?: string;
  /** Faults that happened to it, in order. */
  readonly faults: readonly FaultKind[];
  /** Bytes of the body as it was sent, which may be compressed. */
  readonly requestBytes: number;
  /** Bytes of the body of the answer. */
  readonly answerBytes?: number;
  /** Log events in the request. */
  readonly events?: number;
  /** `rejectedLogEventsInfo` of a put that was accepted in part, as JSON. */
  readonly rejected?: string;
  /** The sequence token that was sent. */
  readonly sentToken?: string;
  /** The sequence token to send next, if the answer has one. */
  readonly nextToken?: string;
  /** The log event that broke the rule, where it was one. */
  readonly offender?: OffendingEvent;
  /** The program that sent it, as far as its User-Agent tells. */
  readonly client?: string;
}

/** The part of a request that only the HTTP side knows. */
export interface Exchange {
  readonly time: number;
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly client: string | undefined;
}

const MAX_CLIENT_CHARACTERS = 200;

export function recordOf(number: number, outcome: Outcome, exchange: Exchange): RequestRecord {
  const { about, answer, error } = outcome;
  const body = answer.kind === 'reply' ? answer.body : undefined;
  const events = about?.input?.raw('logEvents');
  const sentToken = about?.input?.string('sequenceToken');
  const logEvents = Array.isArray(events) ? events : undefined;
  return {
    number,
    time: exchange.time,
    durationMs: exchange.durationMs,
    operation: outcome.operation,
    outcome: outcome.outcome,
    faults: about?.faults ?? [],
    requestBytes: exchange.requestBytes,
    ...(about?.logGroupName !== undefined && { logGroupName: about.logGroupName }),
    ...(about?.logStreamName !== undefined && { logStreamName: about.logStreamName }),
    ...(body !== undefined && { answerBytes: Buffer.byteLength(body) }),
    ...(logEvents !== undefined && { events: logEvents.length }),
    ...(sentToken !== undefined && { sentToken }),
    ...(exchange.client !== undefined && { client: exchange.client.slice(0, MAX_CLIENT_CHARACTERS) }),
    ...(body !== undefined && error === undefined && fromPut(outcome.operation, body)),
    ...(body !== undefined && error !== undefined && fromRefusal(body, logEvents)),
  };
}

/** An accepted put says the next token, and what it did not take. */
function fromPut(operation: string, body: string): Partial<RequestRecord> {
  if (operation !== 'PutLogEvents') return {};
  const [, nextToken] = /"nextSequenceToken":"(\w+)"/.exec(body) ?? [];
  const [, rejected] = /"rejected\w+Info":(\{.*?\})/.exec(body) ?? [];
  return { ...(nextToken !== undefined && { nextToken }), ...(rejected !== undefined && { rejected }) };
}

function fromRefusal(body: string, logEvents: readonly unknown[] | undefined): Partial<RequestRecord> {
  const { message, expectedSequenceToken } = JSON.parse(body) as Record<string, unknown>;
  const text = String(message);
  const offender = logEvents === undefined ? undefined : offendingEvent(text, logEvents);
  return {
    message: text,
    ...(typeof expectedSequenceToken === 'string' && { nextToken: expectedSequenceToken }),
    ...(offender !== undefined && { offender }),
  };
}
