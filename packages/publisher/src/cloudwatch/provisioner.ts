import type { GroupSettings } from '../options/group-settings.js';
import { Fifo } from '../structures/fifo.js';
import type { Clock } from '../time/clock.js';
import { CREATIONS_A_SECOND, CreationPace } from './creation-pace.js';
import { judgeFailure } from './outcome.js';
import type { CallResult, GroupSetting, PutFailure, Sink, Target } from './sink.js';

/** Groups and streams that the provisioner may create, and their settings. */
export interface ProvisionerOptions {
  readonly createLogGroup: boolean;
  readonly createLogStream: boolean;
  /** Of a group of the publisher's own: no other gets them, as events of others may be on their way from a spool. */
  readonly settingsOf: (logGroupName: string) => GroupSettings | undefined;
}

/** Whether the stream that was missing is new, or was found to be there, or could not be created. */
export type Provisioned = 'created' | 'found' | ProvisioningFailure;

/** Why something could not be created: the call that failed, and what it said. */
export interface ProvisioningFailure {
  /** IAM action of the call, such as `logs:CreateLogStream`. */
  readonly action: string;
  readonly failure: PutFailure;
}

/** Told what is created, and what is not. */
export interface ProvisionerNews {
  readonly onCreated?: (logGroupName: string, logStreamName?: string) => void;
  readonly onRetentionFailure?: (logGroupName: string, failure: PutFailure) => void;
  /** A group was created without what it was to have. */
  readonly onSettingRefused?: (logGroupName: string, setting: GroupSetting, failure: PutFailure) => void;
}

const MOST_CALLS = 4;
/** Many times what it takes to make the next one. */
const MOVING_MS = 5000;
/** So that it takes a second for each, and no more are created than the pace allows. */
const MOST_CALLS_AT_END = CREATIONS_A_SECOND;
/** No key of a group and its stream begins so, as no name holds a colon. */
const RETENTION = 'retention::';
const RETENTION_TRIES = 5;
const RETENTION_EVERY_MS = 60_000; // PutRetentionPolicy allows 5 calls a second for a whole account

const TURNED_OFF: PutFailure = {
  ok: false,
  name: 'ResourceNotFoundException',
  message: 'it does not exist, and creating it is turned off',
  bodySent: false,
  isTurnedOff: true,
};

/**
 * Creates log groups and streams that CloudWatch Logs says are missing, each once at a time however many ask,
 * and sets the retention of a group beside the logs. It asks for nothing before it is needed: the answer to a
 * put says what is missing.
 */
export class Provisioner {
  readonly #sink: Sink;
  readonly #clock: Clock;
  readonly #options: ProvisionerOptions;
  readonly #news: ProvisionerNews;
  /** Groups of the publisher's own that were created, or found. */
  readonly #there = new Set<string>();
  readonly #underWay = new Map<string, Promise<unknown>>();
  readonly #waiting = new Fifo<() => void>();
  readonly #pace: CreationPace;
  #mostCalls = MOST_CALLS;
  #calls = 0;
  /** When a stream was made last, on the clock of waits. */
  #madeAt = Number.NEGATIVE_INFINITY;
  readonly #retention = new Map<string, { failures: number; tryAt: number }>();

  constructor(
    sink: Sink,
    clock: Clock,
    options: ProvisionerOptions,
    news: ProvisionerNews = {},
    random: () => number = Math.random,
  ) {
    this.#sink = sink;
    this.#clock = clock;
    this.#options = options;
    this.#news = news;
    this.#pace = new CreationPace(random);
  }

  /**
   * Creates the stream, and its group first if that is what is missing. Never rejects.
   *
   * @param groupIsMissing what the answer to the put said
   * @param onTurn called when it waits for its turn no more, but for an answer
   */
  ensure(target: Target, groupIsMissing: boolean, onTurn: () => void = () => {}): Promise<Provisioned> {
    // The names cannot contain a colon, so the keys of groups and streams never meet.
    const key = `${target.logGroupName}:${target.logStreamName}`;
    return this.#once(key, () => this.#createStream(target, groupIsMissing, onTurn));
  }

  /** The end has come: what is missing is created as fast as an account may. */
  hurry(): void {
    this.#pace.hurry();
    this.#mostCalls = MOST_CALLS_AT_END;
    for (; this.#calls < this.#mostCalls && this.#waiting.length > 0; this.#calls++)
      this.#waiting.shift()?.();
  }

  /**
   * Whether a stream is to be created before anything is put on it: its group is the publisher's own, and nothing has shown
   * yet that it is there.
   */
  createsFirst({ logGroupName }: Target): boolean {
    const { createLogGroup, createLogStream, settingsOf } = this.#options;
    if (!createLogGroup || !createLogStream || this.#there.has(logGroupName)) return false;
    return settingsOf(logGroupName) !== undefined;
  }

  /** A stream of the group was made, or a put on it stored: its retention can be set, once; what may pass by itself is tried again. */
  groupIsThere(logGroupName: string): void {
    if (this.#retention.get(logGroupName)?.tryAt === Number.POSITIVE_INFINITY) return;
    const settings = this.#options.settingsOf(logGroupName);
    if (settings) this.#there.add(logGroupName);
    const retentionInDays = settings?.retentionInDays;
    if (retentionInDays === undefined) return;
    const known = this.#retention.get(logGroupName) ?? { failures: 0, tryAt: 0 };
    const key = `${RETENTION}${logGroupName}`;
    // A call for a group that was deleted meanwhile says nothing of the new one: the put after its end sets it.
    if (this.#clock.now() < known.tryAt || this.#underWay.has(key)) return;
    this.#retention.set(logGroupName, { ...known, tryAt: Number.POSITIVE_INFINITY });
    void this.#once(key, async () => {
      const result = await this.#sink.putRetentionPolicy(logGroupName, retentionInDays);
      if (result.ok) return;
      const failures = known.failures + 1;
      const isFinal = judgeFailure(result).kind === 'refused' || failures >= RETENTION_TRIES;
      const tryAt = isFinal ? Number.POSITIVE_INFINITY : this.#clock.now() + RETENTION_EVERY_MS;
      this.#retention.set(logGroupName, { failures, tryAt });
      this.#news.onRetentionFailure?.(logGroupName, result);
    });
  }

  /** Whether streams are made, one after the other, so that who waits has only not had its turn. */
  get isMoving(): boolean {
    return this.#pace.isThrottled || this.#clock.now() - this.#madeAt < MOVING_MS;
  }

  get isBusy(): boolean {
    return this.#underWay.size > 0;
  }

  /** Resolves when the retentions are set that are being set. Never rejects. @returns undefined when there are none */
  retentionsAreSet(): Promise<void> | undefined {
    const calls = [...this.#underWay].filter(([key]) => key.startsWith(RETENTION)).map(([, call]) => call);
    return calls.length > 0 ? Promise.all(calls).then(() => {}) : undefined;
  }

  /** Resolves when nothing is under way any more. Never rejects. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay.values());
  }

  async #createStream(target: Target, groupIsMissing: boolean, onTurn: () => void): Promise<Provisioned> {
    const action = 'logs:CreateLogStream';
    if (!this.#options.createLogStream) {
      const failure = groupIsMissing ? await this.#createMissingGroup(target) : undefined;
      return failure ?? { action, failure: TURNED_OFF };
    }
    const first = await this.#atPace(target, onTurn);
    if (first.ok) return 'created';
    if (isThere(first)) return 'found';
    if (first.name !== 'ResourceNotFoundException') return { action, failure: first };
    const groupFailure = await this.#createMissingGroup(target);
    if (groupFailure) return groupFailure;
    const second = await this.#atPace(target, onTurn);
    if (second.ok) return 'created';
    return isThere(second) ? 'found' : { action, failure: second };
  }

  #createMissingGroup({ logGroupName }: Target): Promise<ProvisioningFailure | undefined> {
    const action = 'logs:CreateLogGroup';
    if (!this.#options.createLogGroup) return Promise.resolve({ action, failure: TURNED_OFF });
    return this.#once(logGroupName, async () => {
      const settings = this.#options.settingsOf(logGroupName);
      const result = await this.#createGroup(logGroupName, settings);
      if (settings && isThere(result)) this.#there.add(logGroupName);
      if (!result.ok && !isThere(result)) return { action, failure: result };
      if (result.ok) this.#news.onCreated?.(logGroupName);
      this.#retention.delete(logGroupName); // a group that was deleted has lost its retention
      return undefined;
    });
  }

  /** Tags and a KMS key that are refused hold up no logs: the group is made without. */
  async #createGroup(logGroupName: string, settings: GroupSettings = {}): Promise<CallResult> {
    const first = await this.#sink.createLogGroup(logGroupName, settings);
    if (first.ok || !mayBeOfSettings(first)) return first;
    const given = SETTINGS.filter((setting) => settings[OPTION[setting]] !== undefined);
    const named = given.filter((setting) => NAMED[setting].test(first.message));
    for (const without of [named, given]) {
      if (without.length === 0) continue;
      const left: { -readonly [Name in keyof GroupSettings]: GroupSettings[Name] } = { ...settings };
      for (const setting of without) delete left[OPTION[setting]];
      const result = await this.#sink.createLogGroup(logGroupName, left);
      if (!isThere(result)) continue;
      for (const setting of result.ok ? without : [])
        this.#news.onSettingRefused?.(logGroupName, setting, first);
      return result;
    }
    return first;
  }

  #atPace(target: Target, onTurn: () => void): Promise<CallResult> {
    return this.#inTurn(async () => {
      const ms = this.#pace.waitMs(this.#clock.now());
      if (ms > 0) await new Promise<void>((resolve) => this.#clock.setTimer(resolve, ms));
      onTurn();
      const result = await this.#sink.createLogStream(target);
      if (result.ok) {
        this.#madeAt = this.#clock.now();
        this.#pace.succeeded();
        this.groupIsThere(target.logGroupName);
        this.#news.onCreated?.(target.logGroupName, target.logStreamName);
      } else {
        const outcome = judgeFailure(result);
        if (outcome.kind === 'retry' && outcome.advice === 'throttled') this.#pace.throttled();
      }
      return result;
    });
  }

  /** Many new streams at once must not become as many calls at once. */
  async #inTurn<T>(call: () => Promise<T>): Promise<T> {
    if (this.#calls >= this.#mostCalls) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#calls++;
    try {
      return await call();
    } finally {
      // The turn goes to who waited longest; without one it is free again.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#calls--;
    }
  }

  /** A call under a key always has the same type. */
  #once<T>(key: string, run: () => Promise<T>): Promise<T> {
    const running = this.#underWay.get(key) as Promise<T> | undefined;
    if (running) return running;
    const started = run().finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, started);
    return started;
  }
}

/**
 * Created, or found to be there. Another process that creates the same thing at this moment makes the service
 * answer OperationAborted: the put that follows will tell whether it succeeded.
 */
function isThere(result: CallResult): boolean {
  return (
    result.ok ||
    result.name === 'ResourceAlreadyExistsException' ||
    result.name === 'OperationAbortedException'
  );
}

const SETTINGS: readonly GroupSetting[] = ['tags', 'kms'];
const OPTION = { tags: 'logGroupTags', kms: 'kmsKeyId' } as const;
const NAMED: Record<GroupSetting, RegExp> = { tags: /\btag/i, kms: /\bkms\b|\bkey\b/i };

/** Neither the network nor the load is to blame. */
function mayBeOfSettings(failure: PutFailure): boolean {
  const outcome = judgeFailure(failure);
  if (outcome.kind === 'refused' || outcome.advice === 'permission') return true;
  return outcome.advice === 'service' && (failure.status ?? 500) < 500;
}

const FOR_PEOPLE: ReadonlySet<string> = new Set(['ResourceNotFoundException', 'LimitExceededException']);

/** How long a failure to create keeps the stream waiting, and what to say about it. */
export function judgeProvisioning({ failure }: ProvisioningFailure) {
  const outcome = judgeFailure(failure);
  // What is missing, refused or over a quota stays so until somebody changes it: no reason to ask often.
  if (outcome.kind === 'refused' || FOR_PEOPLE.has(failure.name)) {
    return { schedule: 'slow', advice: 'permission', retryAfterMs: 0 } as const;
  }
  return outcome;
}
