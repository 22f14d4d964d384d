/** Settings of one of Node's HTTP agents, as plain data: `keepAlive`, `maxSockets`, `ca`, `cert`, `servername` and so on. */
export type AgentSettings = Readonly<Record<string, unknown>>;

/** Loaded when they are needed first: they are a third of the time that it takes to load this package. */
export function nodeHttp() {
  return { http: process.getBuiltinModule('node:http'), https: process.getBuiltinModule('node:https') };
}

/**
 * The settings of an agent, for an equal one in another thread.
 *
 * @returns undefined for an agent that is more than its settings: a subclass, an agent with a function of its own, or
 * settings with a function. It is probably the way through a proxy, and must not be bypassed.
 */
export function agentSettings(agent: unknown): AgentSettings | undefined {
  if (typeof agent !== 'object' || agent === null) return undefined;
  const { http, https } = nodeHttp();
  const prototype = Object.getPrototypeOf(agent);
  if (prototype !== http.Agent.prototype && prototype !== https.Agent.prototype) return undefined;
  if (Object.values(agent).some((value) => typeof value === 'function')) return undefined;
  try {
    return structuredClone((agent as { readonly options?: AgentSettings }).options ?? {});
  } catch {
    return undefined;
  }
}
