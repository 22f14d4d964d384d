import { textOf } from './sdk-failure.js';
import type { RejectedInfo } from './sink.js';

/** An answer as it came over HTTP. */
export interface HttpAnswer {
  readonly statusCode: number;
  /** With names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The answer of CloudWatch Logs, or of a gateway in its place: nothing in it is sure to be there. */
export interface Answer {
  readonly nextSequenceToken?: unknown;
  readonly rejectedLogEventsInfo?: RejectedInfo;
  readonly rejectedEntityInfo?: { readonly errorType?: string };
  readonly logStreams?: readonly {
    readonly logStreamName?: string | undefined;
    readonly uploadSequenceToken?: string | undefined;
  }[];
  /** The SDK adds it. */
  readonly $metadata?: { readonly attempts?: number | undefined };
}

/** The members of an answer of AWS JSON 1.1 that tell of an error. */
interface ErrorAnswer {
  readonly __type?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly Message?: unknown;
  readonly expectedSequenceToken?: unknown;
}

/**
 * Reads an answer of AWS JSON 1.1 as the SDK does.
 *
 * @throws an error of the shape that the SDK's have
 */
export function answerOf({ statusCode, headers, text }: HttpAnswer): Answer {
  const answer = parse(text);
  if (statusCode < 300 && answer && !namesError({ statusCode, headers, text })) return answer;
  throw errorOf({ statusCode, headers, text }, answer);
}

/**
 * Refuses a success that says nothing and shows in no header that it is AWS's. CloudWatch Logs answers a put with an object; a
 * gateway, or a captive network, may answer everything with an empty 200, and would swallow all events.
 *
 * @throws an error of the shape that the SDK's have
 */
export function refuseSilence(answer: HttpAnswer): void {
  const { statusCode, headers, text } = answer;
  if (statusCode >= 300 || text !== '') return;
  if (headers['x-amzn-requestid'] || headers['content-type']?.includes('amz-json')) return;
  throw errorOf(answer, undefined);
}

function errorOf({ statusCode, headers }: HttpAnswer, answer: object | undefined): Error {
  const { __type, code, message, Message, expectedSequenceToken } = (answer ?? {}) as ErrorAnswer;
  const said = answer ? (textOf(message ?? Message) ?? 'UnknownError') : `HTTP ${statusCode}`;
  const name = answer ? (nameOf(__type ?? code ?? headers['x-amzn-errortype']) ?? 'Unknown') : 'SyntaxError';
  return Object.assign(new Error(said), {
    name,
    expectedSequenceToken,
    $metadata: { httpStatusCode: statusCode, attempts: 1 },
    $response: { statusCode, headers },
  });
}

/** Names of errors of AWS; what a success might call its own type is none of them. */
const ERROR_NAME = /(?:exception|error|failure|fault|throttling|unavailable)$/i;

/** Whether an answer names an error, whatever its status: what stands in between may answer 200 in its own name. */
export function namesError({ headers, text }: HttpAnswer): boolean {
  if (headers['x-amzn-errortype']) return true;
  if (!text.includes('"__type"')) return false;
  return ERROR_NAME.test(nameOf((parse(text) as ErrorAnswer | undefined)?.__type) ?? '');
}

/** @returns undefined for what is no JSON object, such as the page of a proxy */
function parse(text: string): object | undefined {
  if (text === '') return {};
  try {
    const answer = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? answer : undefined;
  } catch {
    return undefined;
  }
}

/** `com.amazonaws.logs#ThrottlingException:http://...` stands for `ThrottlingException`. */
function nameOf(type: unknown): string | undefined {
  return textOf(type)?.split(/[,:]/)[0].split('#').pop();
}
