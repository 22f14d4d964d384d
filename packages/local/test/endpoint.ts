import type { TestContext } from 'node:test';
import { CloudWatchLogs, type CloudWatchLogsClientConfig } from '@aws-sdk/client-cloudwatch-logs';
import { type LocalCloudWatchLogs, type LocalOptions, startLocal } from '../src/index.ts';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

export const GROUP = 'app';
export const STREAM = 'one';
export const TARGET = { logGroupName: GROUP, logStreamName: STREAM };
export const CREDENTIALS = { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'a secret of the tests' };

/** An endpoint with one group and one stream, closed when the test ends. */
export async function endpoint(t: TestContext, options: LocalOptions = {}): Promise<LocalCloudWatchLogs> {
  const local = await startLocal(options);
  t.after(() => local.close());
  local.createLogGroup(GROUP);
  local.createLogStream(GROUP, STREAM);
  return local;
}

/** A client of the real SDK that tries once. */
export function sdk(
  t: TestContext,
  local: { readonly endpoint: string },
  config: CloudWatchLogsClientConfig = {},
): CloudWatchLogs {
  const client = new CloudWatchLogs({
    endpoint: local.endpoint,
    region: 'us-east-1',
    credentials: CREDENTIALS,
    maxAttempts: 1,
    ...config,
  });
  t.after(() => client.destroy());
  return client;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a reply is whatever JSON came, and the assertions say what it must be
  readonly body: any;
}

/** Sends an unsigned request as it is, without what the SDK would make of it. */
export async function call(
  local: { readonly endpoint: string },
  operation: string,
  members: unknown,
): Promise<Reply> {
  const response = await fetch(local.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Logs_20140328.${operation}` },
    body: typeof members === 'string' ? members : JSON.stringify(members),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

/** `[code, message]` of a refusal. */
export function refusalOf(reply: Reply): [string, string] {
  return [reply.body.__type, reply.body.message];
}

/** Events with these messages, all at `timestamp`. */
export function eventsOf(messages: readonly string[], timestamp = Date.now()) {
  return messages.map((message) => ({ timestamp, message }));
}
