import { codeOf, explainFailure, quote } from '../../accounts/advice.js';
import type { Diagnostics } from '../../accounts/diagnostics.js';
import type { PossibleDuplicates, WarningCode } from '../../accounts/events.js';
import type { PutExtra } from '../../cloudwatch/endpoint.js';
import type { Advice } from '../../cloudwatch/outcome.js';
import type { PutFailure, Target } from '../../cloudwatch/sink.js';
import { forPeople, nameOfStream, withoutIds } from '../../text/for-people.js';
import type { Outages } from '../outages.js';

const WARN_FROM_FAILURE: Record<Advice, number> = {
  // What only a person can mend is said at once; what may pass by itself, when it has not.
  credentials: 1,
  permission: 1,
  region: 1,
  service: 2,
  throttled: 3,
  unreachable: 3,
};

/** The warnings of one log stream. */
export class StreamWarnings {
  readonly #target: Target;
  readonly #diagnostics: Diagnostics;
  readonly #outages: Outages;
  #rivalConflicts = 0;

  constructor(target: Target, diagnostics: Diagnostics, outages: Outages) {
    this.#target = target;
    this.#diagnostics = diagnostics;
    this.#outages = outages;
  }

  /** Whether people heard that the stream fails, and not yet that it is well again. */
  get isOpen(): boolean {
    return this.#outages.isKnown(this.#target);
  }

  /** @param inARow failures on the same schedule, this one included */
  failed(advice: Advice, failure: PutFailure, inARow: number, action?: string): void {
    if (inARow < WARN_FROM_FAILURE[advice]) return;
    const code = codeOf(advice, failure, action);
    const explain = () => explainFailure(code, failure, this.#target, action);
    this.#outages.warn(this.#target, code, explain, action);
  }

  creationThrottled(failure: PutFailure, action: string): void {
    const explain = () => explainFailure('throttled', failure, this.#target, action);
    this.#outages.warn(this.#target, 'throttled', explain, action);
  }

  /** People are told, elsewhere, that nothing is stored. */
  open(): void {
    this.#outages.fails(this.#target, 'overdue');
  }

  delivered(): void {
    this.#outages.stored(this.#target);
  }

  /** Nothing of the stream waits any more, whatever became of it. */
  rests(): void {
    this.#outages.rests(this.#target);
  }

  /** Nothing shows that an event is to blame for what is refused. */
  allRefused(failure: PutFailure): void {
    const explain = () =>
      `CloudWatch Logs refuses what is put to ${nameOfStream(this.#target)} (${quote(failure)}), and no other event shows that only ` +
      'some are refused. Events are kept, and tried again slowly; check the log group, its KMS key and its class, and ' +
      'what stands between here and the endpoint.';
    this.#outages.warn(this.#target, 'refused', explain, withoutIds(quote(failure)));
  }

  /** @param extras are left out from now on */
  extrasRefused(extras: readonly PutExtra[], said: string): void {
    const names = extras.map((extra) =>
      extra === 'gzip' ? 'gzip' : 'the header x-amzn-logs-format (option "emf")',
    );
    this.#warn(
      'refused',
      `the endpoint does not take ${names.join(', nor ')} (${forPeople(said)}); puts go without from now on.`,
    );
  }

  /** @param lagMs how long ago the oldest event of a batch was logged that went at the first try */
  lagging(lagMs: number, bufferedBytes: number): void {
    const seconds = Math.round(lagMs / 1000);
    const mebibytes = (bufferedBytes / 1024 ** 2).toFixed(1);
    this.#warnOfGroup(
      'lagging',
      `events are stored ${seconds} s after they were logged in ${nameOfStream(this.#target)}, although puts succeed: more is logged than is ` +
        `sent, and ${mebibytes} MiB wait. Log less, or raise maxInFlight or maxRequests, or use several log streams.`,
    );
  }

  possiblyTwice(duplicates: PossibleDuplicates): void {
    if (this.#diagnostics.wants('duplicates')) this.#diagnostics.emit('duplicates', duplicates);
    const { events, from, to, show } = duplicates;
    this.#warnOfGroup(
      'duplicates',
      `${events} event(s) of ${nameOfStream(this.#target)} may be stored twice, because the answer to a put was lost ` +
        `(${new Date(from).toJSON()} to ${new Date(to).toJSON()}). Logs Insights shows them with: ${show}`,
    );
  }

  entityRefused(reason: string): void {
    this.#warnOfGroup(
      'entity',
      `CloudWatch Logs refused the option "entity" (${reason}); events are stored without it.`,
    );
  }

  tokensAreEnforced(): void {
    const explain = () =>
      `the endpoint of ${nameOfStream(this.#target)} enforces sequence tokens; set sequenceTokens to 'auto'. Events are kept.`;
    this.#outages.warn(this.#target, 'contention', explain, 'tokens are enforced');
  }

  /** The first conflict after a put can be a token that expired; a second one is somebody who puts too. */
  conflictAfterPut(): void {
    if (++this.#rivalConflicts !== 2) return;
    this.#warn(
      'contention',
      `another producer writes to ${nameOfStream(this.#target)}, so that puts take turns; ` +
        'give each its own stream with {instance} in logStreamName.',
    );
  }

  #warn(code: WarningCode, message: string): void {
    this.#diagnostics.warn({ code, message, ...this.#target });
  }

  /** The reason is the same for all streams of the group. */
  #warnOfGroup(code: WarningCode, message: string): void {
    this.#diagnostics.warn({ code, message, ...this.#target }, this.#target.logGroupName);
  }
}
