import { codeOf, explainFailure, quote } from '../accounts/advice.js';
import type { Diagnostics } from '../accounts/diagnostics.js';
import type { PossibleDuplicates, WarningCode } from '../accounts/events.js';
import type { PutExtra } from '../cloudwatch/endpoint.js';
import type { Advice } from '../cloudwatch/outcome.js';
import type { PutFailure, Target } from '../cloudwatch/sink.js';
import { forPeople, withoutIds } from '../text/for-people.js';

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
  /** Whether somebody waits to hear that it is well again. */
  #isOpen = false;
  #rivalConflicts = 0;

  constructor(target: Target, diagnostics: Diagnostics) {
    this.#target = target;
    this.#diagnostics = diagnostics;
  }

  /** Whether people heard that the stream fails, and not yet that it is well again. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** @param inARow failures on the same schedule, this one included */
  failed(advice: Advice, failure: PutFailure, inARow: number, action?: string): void {
    if (inARow < WARN_FROM_FAILURE[advice]) return;
    this.#isOpen = true;
    const code = codeOf(advice, failure, action);
    this.#warn(code, explainFailure(code, failure, this.#target, action));
  }

  /** In one line for all streams of a publisher. */
  creationThrottled(failure: PutFailure, action: string): void {
    this.#isOpen = true;
    const message = explainFailure('throttled', failure, this.#target, action);
    this.#diagnostics.warn({ code: 'throttled', message, ...this.#target }, action);
  }

  /** People were told, elsewhere, that nothing is stored. */
  open(): void {
    this.#isOpen = true;
  }

  delivered(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#warn('recovered', `logs are delivered again to ${this.#name}.`);
  }

  /** Nothing shows that an event is to blame for what is refused. */
  allRefused(failure: PutFailure): void {
    this.#isOpen = true;
    const { logGroupName, logStreamName } = this.#target;
    const message =
      `CloudWatch Logs refuses what is put to ${this.#name} (${quote(failure)}), and no other event shows that only ` +
      'some are refused. Events are kept, and tried again slowly; check the log group, its KMS key and its class, and ' +
      'what stands between here and the endpoint.';
    const topic = `${logGroupName} ${withoutIds(quote(failure))}`;
    this.#diagnostics.warn({ code: 'refused', message, logGroupName, logStreamName }, topic);
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
    this.#warn(
      'lagging',
      `events are stored ${seconds} s after they were logged in ${this.#name}, although puts succeed: more is logged than is ` +
        `sent, and ${mebibytes} MiB wait. Log less, or raise maxInFlight or maxRequests, or use several log streams.`,
    );
  }

  possiblyTwice(duplicates: PossibleDuplicates): void {
    if (this.#diagnostics.wants('duplicates')) this.#diagnostics.emit('duplicates', duplicates);
    const { events, from, to, show } = duplicates;
    this.#warn(
      'duplicates',
      `${events} event(s) of ${this.#name} may be stored twice, because the answer to a put was lost ` +
        `(${new Date(from).toJSON()} to ${new Date(to).toJSON()}). Logs Insights shows them with: ${show}`,
    );
  }

  entityRefused(reason: string): void {
    this.#warn(
      'entity',
      `CloudWatch Logs refused the option "entity" (${reason}); events are stored without it.`,
    );
  }

  tokensAreEnforced(): void {
    this.#isOpen = true;
    this.#warn(
      'contention',
      `the endpoint of ${this.#name} enforces sequence tokens; set sequenceTokens to 'auto'. Events are kept.`,
    );
  }

  /** The first conflict after a put can be a token that expired; a second one is somebody who puts too. */
  conflictAfterPut(): void {
    if (++this.#rivalConflicts !== 2) return;
    this.#warn(
      'contention',
      `another producer writes to ${this.#name}, so that puts take turns; ` +
        'give each its own stream with {instance} in logStreamName.',
    );
  }

  get #name(): string {
    return `log stream "${this.#target.logStreamName}" of log group "${this.#target.logGroupName}"`;
  }

  #warn(code: WarningCode, message: string): void {
    this.#diagnostics.warn({ code, message, ...this.#target });
  }
}
