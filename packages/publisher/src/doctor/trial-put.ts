import os from 'node:os';
import { Batch } from '../batch/batch.js';
import { judge, judgeFailure } from '../cloudwatch/outcome.js';
import type { PutFailure, Sink, Target } from '../cloudwatch/sink.js';
import { type GroupSettings, groupSettings } from '../options/group-settings.js';
import { EVENT_OVERHEAD_BYTES } from '../options/limits.js';
import type { ResolvedOptions } from '../options/resolve-options.js';

/** The result of a trial. */
export interface Trial {
  /** IAM actions that are allowed, as answers show. */
  readonly allowed: ReadonlySet<string>;
  readonly created: readonly ('group' | 'stream')[];
  /** Of the put that was stored, in milliseconds. */
  readonly latencyMs: number | undefined;
  /** Why nothing was stored, and which action met it. */
  readonly failure: { readonly action: string; readonly failure: PutFailure } | undefined;
  /** The retention could not be set; logs arrive all the same. */
  readonly retention: PutFailure | undefined;
}

/** Creation of what is missing, a token, and the put itself, with room for a rival. */
const MOST_PUTS = 6;

/** Stores one event the way that a publisher does, but tries nothing again that failed. */
export async function trialPut(sink: Sink, target: Target, options: ResolvedOptions): Promise<Trial> {
  const settings = groupSettings(options, target.logGroupName);
  const allowed = new Set<string>();
  const created: ('group' | 'stream')[] = [];
  const failed = (action: string, failure: PutFailure): Trial => {
    return { allowed, created, latencyMs: undefined, retention: undefined, failure: { action, failure } };
  };
  const batch = trialBatch(options);
  let token: string | undefined;
  for (let puts = 1; ; puts++) {
    const startedAt = performance.now();
    const result = await sink.put(target, batch, token);
    const latencyMs = performance.now() - startedAt;
    const outcome = judge(result, batch.length);
    const isStored = outcome.kind === 'delivered' || outcome.kind === 'already-accepted';
    // CloudWatch Logs looks at permissions first: whoever is told that something is missing may put.
    if (isStored || outcome.kind === 'missing' || outcome.kind === 'conflict')
      allowed.add('logs:PutLogEvents');
    if (isStored) {
      const retention = await setRetention(sink, target, settings, allowed);
      return { allowed, created, latencyMs, failure: undefined, retention };
    }
    const failure = result as PutFailure;
    if (puts === MOST_PUTS) return failed('logs:PutLogEvents', failure);
    if (outcome.kind === 'conflict') token = outcome.expected ?? undefined;
    else if (outcome.kind === 'missing') {
      const step = outcome.group ? 'group' : 'stream';
      if (step === 'group' ? !options.createLogGroup : !options.createLogStream) {
        return failed('logs:PutLogEvents', failure);
      }
      const action = step === 'group' ? 'logs:CreateLogGroup' : 'logs:CreateLogStream';
      const made =
        step === 'group'
          ? await sink.createLogGroup(target.logGroupName, settings)
          : await sink.createLogStream(target);
      if (made.ok) created.push(step);
      else if (isMissingGroup(made) && options.createLogGroup) {
        // An answer that names the stream alone, where the group is missing too.
        const group = await sink.createLogGroup(target.logGroupName, settings);
        if (!group.ok && group.name !== 'ResourceAlreadyExistsException') {
          return failed('logs:CreateLogGroup', group);
        }
        allowed.add('logs:CreateLogGroup');
        created.push('group');
      } else if (
        made.name !== 'ResourceAlreadyExistsException' &&
        made.name !== 'OperationAbortedException'
      ) {
        return failed(action, made);
      }
      allowed.add(action);
      if (step === 'group' && settings.logGroupTags) allowed.add('logs:TagResource');
    } else return failed('logs:PutLogEvents', failure);
  }
}

/** Whether an action is denied, rather than anything else wrong with it. */
export function isDenied(failure: PutFailure): boolean {
  return judgeFailure(failure).kind === 'retry' && /^(?:AccessDenied|NotAuthorized)/.test(failure.name);
}

function isMissingGroup(failure: PutFailure): boolean {
  return failure.name === 'ResourceNotFoundException' && /log group/i.test(failure.message);
}

function trialBatch({ maxBatchBytes, maxBatchEvents }: ResolvedOptions): Batch {
  const batch = new Batch({ maxBytes: maxBatchBytes, maxEvents: maxBatchEvents });
  const timestamp = Date.now();
  // Of the shape that pino's lines have, so that whoever reads the stream by fields finds them.
  const message = JSON.stringify({
    level: 30,
    time: timestamp,
    pid: process.pid,
    hostname: os.hostname(),
    msg: 'a trial event of the doctor of cloudwatch-logs-publisher',
  });
  const size = Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
  batch.append({ message, timestamp, size, note: undefined, level: 0, epoch: 0, id: 0 });
  return batch;
}

async function setRetention(
  sink: Sink,
  { logGroupName }: Target,
  { retentionInDays }: GroupSettings,
  allowed: Set<string>,
): Promise<PutFailure | undefined> {
  if (retentionInDays === undefined) return undefined;
  const result = await sink.putRetentionPolicy(logGroupName, retentionInDays);
  if (!result.ok) return result;
  allowed.add('logs:PutRetentionPolicy');
  return undefined;
}
