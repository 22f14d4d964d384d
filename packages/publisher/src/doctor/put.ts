import { randomBytes } from 'node:crypto';
import os from 'node:os';
import { quote } from '../accounts/advice.js';
import type { Sink, Target } from '../cloudwatch/sink.js';
import { compileGroupName } from '../options/group-name.js';
import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS } from '../options/limits.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { compileStreamName } from '../options/stream-name.js';
import { mostPuts, requestBounds } from '../stream/turns/request-window.js';
import { nameOfStream } from '../text/for-people.js';
import { type Checks, explain, type Finding } from './checks.js';
import { missingStatement, type PolicyStatement } from './policy.js';
import { isDenied, type Trial, trialPut } from './trial-put.js';

/**
 * Stores one event, and tells how much could be stored in that way.
 *
 * @param place the Region, and the account where it is known
 * @returns the statement of an IAM policy to add, where permissions are missing
 */
export async function checkPut(
  checks: Checks,
  sink: Sink,
  options: ResolvedOptions,
  env: NodeJS.ProcessEnv,
  place: { readonly region: string; readonly account: string | undefined },
): Promise<PolicyStatement | undefined> {
  const target = targetOf(options, env);
  let policy: PolicyStatement | undefined;
  const trial = await checks.run<Trial>('put', async (keep) => {
    const done = keep(await trialPut(sink, target, options));
    const denied = [done.failure?.failure, done.retention].find((failure) => failure && isDenied(failure));
    if (denied) {
      const account = place.account ?? accountIn(denied);
      const { logGroupName } = target;
      policy = missingStatement(options, done.allowed, { region: place.region, account, logGroupName });
    }
    return findingOf(done, target, options);
  });
  if (trial?.latencyMs !== undefined) await checkThroughput(checks, trial.latencyMs, options);
  return policy;
}

function findingOf(
  { failure, created, retention, latencyMs }: Trial,
  target: Target,
  { entity }: ResolvedOptions,
): Finding {
  const where = nameOfStream(target);
  const details = { ...target, created, latencyMs, ...(entity && { entity }) };
  if (failure) {
    const { action } = failure;
    const message = `${action} on ${where}: ${explain(action, failure.failure)}`;
    return { status: 'fail', message, details: { ...details, action, error: failure.failure.name } };
  }
  const made = created.length > 0 ? `, created the ${created.join(' and the ')}` : '';
  const named = entity?.keyAttributes?.Name;
  const stored = `one event stored in ${where}${named === undefined ? '' : `, of the entity "${named}"`}${made}`;
  if (retention) {
    const message = `${stored}; its retention could not be set (${quote(retention)})`;
    return { status: 'warn', message, details };
  }
  return { status: 'ok', message: stored, details };
}

async function checkThroughput(checks: Checks, latencyMs: number, options: ResolvedOptions): Promise<void> {
  await checks.run('throughput', () => {
    const maxInFlight = mostPuts(options);
    const maxRequests = requestBounds(options).most;
    const putsPerSecond = 1000 / Math.max(1, latencyMs);
    const events = Math.floor(putsPerSecond * MAX_BATCH_EVENTS);
    const mebibytes = (putsPerSecond * MAX_BATCH_BYTES) / 1024 ** 2;
    const message =
      `a put takes ${latencyMs.toFixed(0)} ms: one put at a time could store ${events.toLocaleString('en')} events or ` +
      `${mebibytes.toFixed(1)} MiB a second; up to ${maxInFlight} are under way for a stream (maxInFlight), up to ${maxRequests} ` +
      'in all (maxRequests); the time to send the bytes comes on top';
    return { status: 'ok', message, details: { latencyMs, putsPerSecond, maxInFlight, maxRequests } };
  });
}

/** Where an event of level info without fields goes. */
function targetOf({ logGroupName, logStreamName }: ResolvedOptions, env: NodeJS.ProcessEnv): Target {
  const event = { timestamp: Date.now(), message: '', level: 'info', fields: {} };
  const environment = {
    hostname: os.hostname(),
    pid: process.pid,
    instance: randomBytes(4).toString('hex'),
    env,
  };
  return {
    logGroupName:
      typeof logGroupName === 'function'
        ? logGroupName(event)
        : compileGroupName(logGroupName, environment).nameFor(event.timestamp, event),
    logStreamName:
      typeof logStreamName === 'function'
        ? logStreamName(event)
        : compileStreamName(logStreamName, environment).nameFor(event.timestamp, event, ''),
  };
}

/** The account that an answer names. */
function accountIn(failure: { readonly message: string } | undefined): string | undefined {
  return /arn:[\w-]+:\w+:[\w-]*:(\d{12}):/.exec(failure?.message ?? '')?.[1];
}
