import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { Access, SentTo } from './access.js';
import { plainClient } from './plain-client.js';
import { type AgentSettings, agentSettings } from './proxy.js';
import { RequestHandler } from './request-handler.js';

/** Handlers of Node's HTTP, this package's and the SDK's own. */
interface Agents {
  httpHandlerConfigs(): { readonly httpAgent?: unknown; readonly httpsAgent?: unknown };
}

/**
 * The way of a client's puts, as data.
 *
 * @throws Error when the environment names a proxy that is none
 */
export function accessOf(client: CloudWatchLogsClient, lastPut: SentTo): Access | undefined {
  const agent = agentOf(client, lastPut.protocol);
  // The offset is kept by the SDK on its configuration, and not in its types.
  const { systemClockOffset = 0, requestHandler } = client.config as typeof client.config & {
    readonly systemClockOffset?: number;
  };
  const proxy = requestHandler instanceof RequestHandler ? requestHandler.proxyFor(lastPut)?.href : undefined;
  return agent && { ...lastPut, clockOffsetMs: systemClockOffset, agent, proxy };
}

/**
 * The settings of the agent that a client uses, if nothing else is between it and the network: its handler is of this
 * package, or the SDK's own. Never throws.
 */
function agentOf(client: CloudWatchLogsClient, protocol: string): AgentSettings | undefined {
  try {
    const handler = client.config.requestHandler;
    const isKnown =
      handler instanceof RequestHandler ||
      (!Object.hasOwn(handler, 'handle') &&
        handler.constructor === plainClient(client).config.requestHandler.constructor);
    if (!isKnown) return undefined;
    const { httpAgent, httpsAgent } = (handler as Agents).httpHandlerConfigs();
    return agentSettings(protocol === 'https:' ? httpsAgent : httpAgent);
  } catch {
    return undefined;
  }
}
