import type { TestContext } from 'node:test';
import { type LocalCloudWatchLogs, type LocalOptions, startLocal } from 'cloudwatch-logs-local';
import { CloudWatchTransport, type CloudWatchTransportOptions } from '../src/index.ts';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

export const GROUP = 'app';

/** A running endpoint that ends with the test. */
export async function endpoint(t: TestContext, options?: LocalOptions): Promise<LocalCloudWatchLogs> {
  const local = await startLocal(options);
  t.after(() => local.close());
  return local;
}

/** Options that reach an endpoint on this machine, with short waits. */
export function reaching(local: { readonly endpoint: string }): CloudWatchTransportOptions {
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
  return {
    logGroupName: GROUP,
    flushIntervalMs: 20,
    aws: { region: 'us-east-1', endpoint: local.endpoint, credentials },
  };
}

/** A transport that delivers to `local` and ends with the test. */
export function transportTo(
  t: TestContext,
  local: { readonly endpoint: string },
  options: Partial<CloudWatchTransportOptions> = {},
): CloudWatchTransport {
  const transport = new CloudWatchTransport({ ...reaching(local), ...options });
  t.after(() => transport.shutdown({ timeoutMs: 0 }));
  return transport;
}

export function linesOf(local: LocalCloudWatchLogs): string[] {
  return local.events({ logGroupName: GROUP }).map((event) => event.message);
}

/** The stored lines, read as JSON. */
export function recordsOf(local: LocalCloudWatchLogs): Record<string, unknown>[] {
  return linesOf(local).map((line) => JSON.parse(line));
}

/** More than any flush takes, also on a machine that is busy. */
export const LONG = { timeoutMs: 60_000 };
