// Types alone: each test file loads this, and none needs the endpoint itself.
import type { LocalClientConfig } from '../endpoint/addresses.js';
import type { StoredEvent } from '../endpoint/contents.js';
import type { Fault } from '../faults/fault.js';
import type { SetFault } from '../faults/faults.js';

export type { LocalClientConfig } from '../endpoint/addresses.js';
export type { StoredEvent } from '../endpoint/contents.js';
export type { Fault, FaultKind, Milliseconds } from '../faults/fault.js';
export type { SetFault } from '../faults/faults.js';

/** Events to wait for. */
export interface AwaitedEvents {
  /** The log group that they are in. */
  readonly logGroupName: string;
  /** The stream that they are in. @default all streams of the group */
  readonly logStreamName?: string | undefined;
  /** Text that a message contains. @default every event */
  readonly match?: string | undefined;
  /** A filter pattern of CloudWatch Logs that a message matches. @default every message */
  readonly filterPattern?: string | undefined;
  /** How many events must be there. @default 1 */
  readonly count?: number | undefined;
  /** How long to wait, in milliseconds. @default 4000, below the time that Vitest and Jest give a test */
  readonly timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 4_000;

/**
 * The endpoint that `global-setup` started, for tests in other processes than its own. Logs, faults and a reset are those of
 * the test file's own account.
 *
 * ```js
 * const { local } = require('cloudwatch-logs-local/test');
 *
 * const [event] = await local.waitForEvents({ logGroupName: 'app', match: 'paid' });
 * ```
 */
export const local = {
  /** The URL of the endpoint. */
  get endpoint(): string {
    const { AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: endpoint } = process.env;
    if (endpoint === undefined)
      throw new Error('AWS_ENDPOINT_URL_CLOUDWATCH_LOGS is not set: no endpoint runs.');
    return endpoint;
  },

  /** The account of this test file. */
  get accountId(): string {
    const { AWS_ACCESS_KEY_ID: key = '' } = process.env;
    if (!/^\d{12}$/.test(key)) {
      throw new Error("This test file has no account: add 'cloudwatch-logs-local/each-file' to setupFiles.");
    }
    return key;
  },

  /** Options for a client of the AWS SDK for JavaScript. Clients without options use the environment, to the same end. */
  clientConfig(): LocalClientConfig {
    return {
      endpoint: local.endpoint,
      region: process.env.AWS_REGION ?? 'us-east-1',
      credentials: { accessKeyId: local.accountId, secretAccessKey: 'local' },
      disableHostPrefix: true,
    };
  },

  /** The events of a group, or of one stream of it, in the order in which CloudWatch Logs returns them. */
  async events(place: Pick<AwaitedEvents, 'logGroupName' | 'logStreamName'>): Promise<StoredEvent[]> {
    const { events } = await ask<{ events: StoredEvent[] }>('GET', 'events', place);
    return events;
  },

  /** The messages of a group, or of one stream of it; those that are JSON parsed, the others as the text that they are. */
  async messages<Message = unknown>(logGroupName: string, logStreamName?: string): Promise<Message[]> {
    const events = await local.events({
      logGroupName,
      ...(logStreamName !== undefined && { logStreamName }),
    });
    return events.map(({ message }) => parsed(message) as Message);
  },

  /**
   * Waits until a group holds the events that are wanted, and answers all that match.
   * @throws Error that tells what is there instead, when the time is over
   */
  async waitForEvents(wanted: AwaitedEvents): Promise<StoredEvent[]> {
    const { events } = await ask<{ events: StoredEvent[] }>('GET', 'events', {
      count: 1,
      timeoutMs: TIMEOUT_MS,
      ...wanted,
    });
    return events;
  },

  /** Deletes the log groups of this test file, and its faults. */
  async reset(): Promise<void> {
    await ask('POST', 'reset', {});
  },

  /** Faults for the requests of this test file. */
  faults: {
    /** Replaces them. @throws Error when one is not a fault */
    async set(faults: readonly Fault[]): Promise<void> {
      await ask('PUT', 'faults', {}, faults);
    },
    /** From now on nothing goes wrong. */
    async clear(): Promise<void> {
      await ask('DELETE', 'faults', {});
    },
    /** The faults, each with how often it has happened. */
    async list(): Promise<SetFault[]> {
      const { faults, happened } = await ask<{ faults: Fault[]; happened: number[] }>('GET', 'faults', {});
      return faults.map((fault, index) => ({ fault, happened: happened[index] ?? 0 }));
    },
  },
};

function parsed(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return message;
  }
}

async function ask<Answer>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  route: string,
  parameters: object,
  body?: unknown,
): Promise<Answer> {
  const query = new URLSearchParams({ accountId: local.accountId });
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  const response = await fetch(`${local.endpoint}/_local/${route}?${query}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as { message?: string };
  if (!response.ok) throw new Error(answer.message);
  return answer as Answer;
}
