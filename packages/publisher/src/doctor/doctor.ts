import { CloudWatchLogsSink } from '../cloudwatch/sdk-sink.js';
import type { PublisherOptions } from '../options/options.js';
import { type ResolvedOptions, resolveOptions } from '../options/resolve-options.js';
import { type Check, Checks } from './checks.js';
import { checkClient, checkCredentials, checkProxy, checkRegion } from './client.js';
import { checkClock } from './clock.js';
import { checkConnection } from './connection.js';
import { checkIdentity } from './identity.js';
import type { PolicyStatement } from './policy.js';
import { checkPut } from './put.js';

/** The result of {@link doctor}. */
export interface DoctorReport {
  /** Whether logs arrive: no check failed. */
  readonly ok: boolean;
  /** Each step with its finding, in the order in which they ended. */
  readonly checks: readonly Check[];
  /** The statement of an IAM policy to add, where permissions are missing. */
  readonly policy: PolicyStatement | undefined;
}

/** Settings of {@link doctor} besides the options of the publisher. */
export interface DoctorSettings {
  /** Called for each check as it ends. */
  readonly onCheck?: ((check: Check) => void) | undefined;
  /** Variables of the environment. @default process.env */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/**
 * Looks at everything on the way of a log event into CloudWatch Logs, in order, and stores one event. Takes the options of a
 * publisher, and does what such a publisher would do; each request may take `requestTimeoutMs`.
 *
 * @throws PublisherError when an option is wrong; all else is in the report
 */
export async function doctor(
  options: PublisherOptions,
  { onCheck, env = process.env }: DoctorSettings = {},
): Promise<DoctorReport> {
  const resolved = resolveOptions(options);
  const checks = new Checks(resolved.requestTimeoutMs, onCheck);
  const sink = new CloudWatchLogsSink(resolved);
  // Sockets of the publisher let a process end; this one is to wait for answers.
  const holdsProcess = setInterval(() => {}, 2 ** 30);
  try {
    const policy = await examine(checks, sink, resolved, env);
    return { ok: checks.all.every(({ status }) => status !== 'fail'), checks: checks.all, policy };
  } finally {
    clearInterval(holdsProcess);
    sink.close();
  }
}

async function examine(
  checks: Checks,
  sink: CloudWatchLogsSink,
  options: ResolvedOptions,
  env: NodeJS.ProcessEnv,
): Promise<PolicyStatement | undefined> {
  if (!options.enabled) {
    await checks.run('options', () => {
      const message =
        'logs are switched off, by CLOUDWATCH_LOGS_DISABLED or "enabled": nothing would be sent';
      return { status: 'fail', message };
    });
  }
  const loaded = await checkClient(checks, sink);
  const region = loaded && (await checkRegion(checks, loaded));
  const found = loaded && (await checkCredentials(checks, loaded));
  const route = loaded && region ? await checkProxy(checks, loaded, env) : undefined;
  const isConnected = route !== undefined && (await checkConnection(checks, route));
  const clockOffsetMs = isConnected ? await checkClock(checks, route) : undefined;
  const hasAnswer = route && clockOffsetMs !== undefined;
  if (!region || !found || !hasAnswer) {
    checks.skip('put', 'not tried, because of the failure above');
    return undefined;
  }
  const caller = { route, scope: { credentials: found.keys, region }, clockOffsetMs };
  const identity = await checkIdentity(checks, caller, env);
  return checkPut(checks, sink, options, env, { region, account: identity?.account });
}
