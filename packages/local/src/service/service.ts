import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { ServiceError, validation } from '../errors/service-error.js';
import { type Fault, type FaultKind, isDisturbance } from '../faults/fault.js';
import { faultAnswer, HTML_ANSWER } from '../faults/fault-answers.js';
import type { DrawnFault, Faults, FaultTarget } from '../faults/faults.js';
import { lagging, type ReadFaults, UNDISTURBED } from '../faults/read-faults.js';
import { type Context, StreamedAnswer } from '../operations/context.js';
import { findOperation } from '../operations/index.js';
import { groupNameOfArn } from '../operations/named-group.js';
import { checkConstraints } from '../requests/constraints.js';
import { Input } from '../requests/input.js';
import { decodeBody } from '../requests/request-body.js';
import { credentialScope, type LocalCredentials, verifySignature } from '../requests/sigv4.js';
import { EVENT_OVERHEAD_BYTES } from '../store/log-stream.js';

/** A request as it came in. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An answer, or whatever else is to be done with the connection of a request. */
export type Answer =
  | {
      readonly kind: 'reply';
      readonly status: number;
      readonly contentType: string;
      readonly body: string;
      readonly retryAfterSeconds?: number | undefined;
    }
  /** Written bit by bit. */
  | { readonly kind: 'stream'; readonly stream: StreamedAnswer }
  | { readonly kind: 'reset' }
  /** No answer; the connection is reset after `ms`, or never. */
  | { readonly kind: 'hang'; readonly ms: number | undefined }
  /** An answer that begins and goes on, until the connection is reset after `ms`, or for ever. */
  | { readonly kind: 'endless'; readonly ms: number | undefined; readonly bytesPerSecond: number };

/** The subject of a request; `input` is undefined where its body was not read. */
export interface About {
  readonly input: Input | undefined;
  readonly logGroupName: string | undefined;
  readonly logStreamName: string | undefined;
  readonly faults: readonly FaultKind[];
}

/** An answer and what the counters and listeners are told about it. */
export interface Outcome {
  readonly operation: string;
  /** `'ok'`, the code of the error that was answered, or the kind of the fault that took the answer away. */
  readonly outcome: string;
  readonly error: string | undefined;
  readonly answer: Answer;
  /** By how much the `Date` header of the answer is wrong. @default 0 */
  readonly dateOffsetMs?: number;
  /** Not there for what is no request to CloudWatch Logs at all. */
  readonly about?: About;
}

export interface ServiceOptions {
  readonly context: Omit<Context, 'account'>;
  /** Where requests belong whose signature does not say. */
  readonly region: string;
  readonly accountId: string;
  readonly faults: Faults;
  readonly credentials: LocalCredentials | undefined;
  /** Decides the lag of each put under `read-lag`. */
  readonly seed: number;
  readonly onRequest: (operation: string) => void;
  /** Told when a fault happens; for `latency` when the wait begins. */
  readonly onFault: (fault: Fault) => void;
}

export const CONTENT_TYPE = 'application/x-amz-json-1.1';
const TARGET_PREFIX = 'Logs_20140328.';
const RIVAL_MESSAGE = '{"rival":true}';
const SLOW_READ_BYTES_PER_SECOND = 16_384;
const ENDLESS_BODY_BYTES_PER_SECOND = 1_048_576;

/** Traces of disturbances that the rest of a request meets. */
interface Disturbed {
  reading: ReadFaults;
  dateOffsetMs: number;
}

type Place = Pick<FaultTarget, 'region' | 'accountId'>;

/** Is filled while a request is carried out, so that also a refusal tells what it was about. */
interface Draft extends About {
  input: Input | undefined;
  logGroupName: string | undefined;
  logStreamName: string | undefined;
  readonly faults: FaultKind[];
}

/** Turns a request into an outcome: who signed it, what goes wrong, what the operation says. */
export class Service {
  readonly #options: ServiceOptions;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  /** How many bytes a second of the body of a request are read, when a fault slows that down. */
  bodyBytesPerSecond(headers: IncomingHttpHeaders): number | undefined {
    const { faults, onFault } = this.#options;
    const fault = faults.drawSlowRead({ operation: operationName(headers), ...this.#place(headers) });
    if (fault === undefined) return undefined;
    onFault(fault);
    return fault.bytesPerSecond ?? SLOW_READ_BYTES_PER_SECOND;
  }

  /** Never rejects, except with an AbortError when `signal` aborts while a latency fault holds the request. */
  async handle(call: Call, signal: AbortSignal): Promise<Outcome> {
    const name = operationName(call.headers);
    this.#options.onRequest(name);
    const disturbed: Disturbed = { reading: UNDISTURBED, dateOffsetMs: 0 };
    const about: Draft = { input: undefined, logGroupName: undefined, logStreamName: undefined, faults: [] };
    const outcome = await this.#carryOut(name, call, disturbed, about, signal).catch((error) => {
      if (error instanceof ServiceError) return refusal(name, error);
      if (signal.aborted) throw error;
      return refusal(name, new ServiceError('InternalFailure', String(error), { status: 500 }));
    });
    return { ...outcome, dateOffsetMs: disturbed.dateOffsetMs, about };
  }

  /**
   * Carries out an operation for somebody on this machine: without a signature, a fault, or a place in the counts.
   * @throws ServiceError
   */
  operate(name: string, input: Input, place: Place): object | undefined {
    const operation = findOperation(name);
    if (operation === undefined) throw validation(`There is no operation '${name}'.`);
    checkConstraints(operation.name, input.members);
    return operation.carryOut(input, this.#contextOf(place), UNDISTURBED);
  }

  #happened(fault: Fault, about: Draft): void {
    about.faults.push(fault.kind);
    this.#options.onFault(fault);
  }

  async #carryOut(
    name: string,
    call: Call,
    disturbed: Disturbed,
    about: Draft,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const { context, credentials, faults } = this.#options;
    if (credentials !== undefined) verifySignature(call, credentials, context.now());
    const known = findOperation(name);
    const input =
      known === undefined
        ? new Input({})
        : Input.parse(await decodeBody(call.body, call.headers['content-encoding']));
    const place = this.#place(call.headers);
    const target = this.#target(name, place, input);
    about.input = input;
    about.logGroupName = target.logGroupName;
    about.logStreamName = target.logStreamName;
    const run = async (reading: ReadFaults): Promise<object | undefined> => {
      if (known === undefined) refuseUnknown(call.headers);
      checkConstraints(known.name, input.members);
      return known.carryOut(input, this.#contextOf(place), reading);
    };
    const drawn = faults.draw(target);
    for (const { fault, ms } of drawn) {
      if (!isDisturbance(fault.kind)) {
        this.#happened(fault, about);
        return this.#withoutAnswer({ fault, ms }, target, () => run(UNDISTURBED));
      }
      if (fault.kind === 'latency') {
        this.#happened(fault, about);
        await delay(ms, undefined, { signal });
      } else if (this.#disturb(fault, target, disturbed)) {
        this.#happened(fault, about);
      }
    }
    return reply(name, await run(disturbed.reading));
  }

  /** The Region and the account that a request is for. An access key of 12 digits names its account. */
  #place(headers: IncomingHttpHeaders): Place {
    const scope = credentialScope(headers);
    const { region, accountId } = this.#options;
    return {
      region: scope?.region ?? region,
      accountId: /^\d{12}$/.test(scope?.accessKeyId ?? '') ? (scope?.accessKeyId ?? accountId) : accountId,
    };
  }

  /** Made when it is needed, since an account may come and go while a fault holds the request. */
  #contextOf({ region, accountId }: Place): Context {
    const { context } = this.#options;
    return { ...context, account: context.store.account(region, accountId) };
  }

  #target(operation: string, place: Place, input: Input): FaultTarget {
    const { account } = this.#contextOf(place);
    const arn = input.string('logGroupIdentifier') ?? input.string('resourceArn');
    const logGroupName =
      input.string('logGroupName') ?? (arn === undefined ? undefined : (groupNameOfArn(arn) ?? arn));
    const logStreamName = input.string('logStreamName');
    return {
      operation,
      ...place,
      logGroupName,
      logStreamName,
      groupExists: logGroupName !== undefined && account.groups.has(logGroupName),
      streamExists: account.findStream(logGroupName, logStreamName) !== undefined,
    };
  }

  /** Answers false when there was nothing to disturb any more. */
  #disturb(fault: Fault, target: FaultTarget, disturbed: Disturbed): boolean {
    const { seed } = this.#options;
    const { account, now, store } = this.#contextOf(target);
    const group = account.groups.get(target.logGroupName ?? '');
    const stream = group?.streams.get(target.logStreamName ?? '');
    switch (fault.kind) {
      case 'delete-group':
        if (group === undefined) return false;
        store.deleteGroup(group);
        return true;
      case 'delete-stream':
        if (group === undefined || stream === undefined) return false;
        store.deleteStream(group, stream);
        return true;
      case 'rival': {
        if (group === undefined || stream === undefined) return false;
        const event = { timestamp: now(), message: RIVAL_MESSAGE };
        const size = Buffer.byteLength(RIVAL_MESSAGE) + EVENT_OVERHEAD_BYTES;
        // The last accepted put is the rival's now, so a resend of the one before it is not recognised any more.
        stream.tokens.lastPut = undefined;
        store.put(group, stream, [event], Uint32Array.of(size), 0, 1);
        return true;
      }
      case 'invalidate-token':
        if (group === undefined || stream === undefined) return false;
        store.rotateToken(group, stream);
        return true;
      case 'empty-pages':
        disturbed.reading = { ...disturbed.reading, emptyPages: fault.pages ?? 1 };
        return true;
      case 'read-lag':
        disturbed.reading = { ...disturbed.reading, isReadable: lagging(fault.ms ?? 0, now(), seed) };
        return true;
      case 'false-date':
        disturbed.dateOffsetMs += fault.offsetMs ?? 0;
        return true;
      default:
        return true;
    }
  }

  async #withoutAnswer(
    drawn: DrawnFault,
    target: FaultTarget,
    run: () => Promise<unknown>,
  ): Promise<Outcome> {
    const { fault } = drawn;
    const error = faultAnswer(fault, target);
    if (error !== undefined) return refusal(target.operation, error);
    if (['reset-after', 'hang-after', 'endless-body'].includes(fault.kind)) {
      try {
        await run();
      } catch (error) {
        // Its refusal is lost like any other answer.
        if (!(error instanceof ServiceError)) throw error;
      }
    }
    return { operation: target.operation, outcome: fault.kind, error: undefined, answer: silence(drawn) };
  }
}

function silence({ fault, ms }: DrawnFault): Answer {
  switch (fault.kind) {
    case 'html':
      return {
        kind: 'reply',
        status: 502,
        contentType: 'text/html',
        body: HTML_ANSWER,
        retryAfterSeconds: fault.retryAfterSeconds,
      };
    case 'hang-before':
    case 'hang-after':
      return { kind: 'hang', ms };
    case 'endless-body': {
      const { bytesPerSecond = ENDLESS_BODY_BYTES_PER_SECOND } = fault;
      return { kind: 'endless', ms, bytesPerSecond };
    }
    default:
      return { kind: 'reset' };
  }
}

function operationName(headers: IncomingHttpHeaders): string {
  const target = headers['x-amz-target'];
  const name =
    typeof target === 'string' && target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : '';
  return findOperation(name)?.name ?? 'other';
}

function refuseUnknown(headers: IncomingHttpHeaders): never {
  const target = String(headers['x-amz-target'] ?? 'nothing').slice(0, 200);
  throw new ServiceError(
    'UnknownOperationException',
    `cloudwatch-logs-local does not emulate the operation that x-amz-target names: ${target}`,
  );
}

function reply(operation: string, result: object | undefined): Outcome {
  if (result instanceof StreamedAnswer) {
    return { operation, outcome: 'ok', error: undefined, answer: { kind: 'stream', stream: result } };
  }
  const body = result === undefined ? '' : JSON.stringify(result);
  const answer: Answer = { kind: 'reply', status: 200, contentType: CONTENT_TYPE, body };
  return { operation, outcome: 'ok', error: undefined, answer };
}

/** An error as the service words it. */
export function refusal(operation: string, error: ServiceError): Outcome {
  const { code, status, message, fields, retryAfterSeconds } = error;
  const body = JSON.stringify({ __type: code, message, ...fields });
  const answer: Answer = { kind: 'reply', status, contentType: CONTENT_TYPE, body, retryAfterSeconds };
  return { operation, outcome: code, error: code, answer };
}
