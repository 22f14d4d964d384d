import { judgeProvisioning, type Provisioned } from '../../cloudwatch/provisioner.js';
import type { Target } from '../../cloudwatch/sink.js';
import type { PublisherParts } from '../publisher-parts.js';
import type { SequenceToken } from '../sequence-token.js';
import type { StreamTrouble } from './stream-trouble.js';

/** The stream that is made. */
export interface CreatedStream {
  readonly target: Target;
  /** Whether anything was stored here. */
  readonly hasPut: boolean;
  /** There may be something to put. */
  offer(): void;
  /** It may have nothing to put any more. */
  checkIdle(): void;
}

type Context = Pick<PublisherParts, 'options' | 'provisioner'>;

/** Has a log stream made, and its group where that is missing too: when a put says so, or before the first put. */
export class StreamCreation {
  /** Whether the stream cannot be there yet, so that a put would only say so. */
  isUnmade: boolean;
  /** Times in a row that the stream was missing after it had been made. */
  missingInARow = 0;
  readonly #stream: CreatedStream;
  readonly #context: Context;
  readonly #token: SequenceToken;
  readonly #trouble: StreamTrouble;
  #isOver = false;

  constructor(
    stream: CreatedStream,
    context: Context,
    token: SequenceToken,
    trouble: StreamTrouble,
    isUnmade: boolean,
  ) {
    this.#stream = stream;
    this.#context = context;
    this.#token = token;
    this.#trouble = trouble;
    this.isUnmade = isUnmade && context.options.createLogStream;
  }

  /** Whether nothing is put before its end. */
  get isUnderWay(): boolean {
    return this.#trouble.isCreating;
  }

  /** Nothing is put any more. */
  end(): void {
    this.#isOver = true;
  }

  /** Has a stream made that cannot be there yet. @returns whether that has begun */
  begin(): boolean {
    if (!this.isUnmade) return false;
    this.isUnmade = false;
    this.#trouble.begins({ stage: 'request', mayBeStored: false });
    void this.create(false);
    return true;
  }

  /** Nothing is put until the stream is there, or could not be created: then the put tells what is wrong. */
  async first(): Promise<void> {
    if (!this.#context.provisioner.createsFirst(this.#stream.target)) return;
    this.#trouble.begins({ stage: 'request', mayBeStored: false });
    await this.#ensure(true);
    this.#goOn();
  }

  /** Has the stream made before anything is logged to it; whether that fails shows when something is. */
  async ahead(): Promise<void> {
    if (!this.#context.options.createLogStream || this.#stream.hasPut || this.isUnderWay) return;
    const made = await this.#ensure(false);
    if (typeof made === 'string' && !this.#isOver) this.isUnmade = false;
    this.#goOn();
  }

  /** Has a stream made that a put did not find; the put is made again after that. */
  async create(groupIsMissing: boolean): Promise<void> {
    if (this.isUnderWay) return;
    const made = await this.#ensure(groupIsMissing);
    if (this.#isOver) return;
    if (typeof made === 'object') this.#trouble.creationFailed(made, judgeProvisioning(made));
    else {
      this.#trouble.created();
      // Created, and missing all the same: the service needs a moment until it sees its own stream.
      if (this.missingInARow++ > 0) this.#trouble.rest.afterFailure('fast', 0);
    }
    this.#goOn();
  }

  async #ensure(groupIsMissing: boolean): Promise<Provisioned> {
    this.#trouble.creating('waits for its turn');
    const made = await this.#context.provisioner.ensure(this.#stream.target, groupIsMissing, () =>
      this.#trouble.creating('waits for an answer'),
    );
    this.#trouble.creating(undefined);
    if (made === 'created' && !this.#isOver) this.#token.created();
    return made;
  }

  #goOn(): void {
    if (this.#isOver) return;
    this.#stream.offer();
    this.#stream.checkIdle();
  }
}
