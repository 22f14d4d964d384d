import dns from 'node:dns/promises';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import type { AgentSettings } from '../cloudwatch/proxy.js';

// The parts of a connection, one by one, so that each can be told and timed. The client makes its own later.

/** @throws the system's error, such as ENOTFOUND */
export async function lookUp(hostname: string, signal: AbortSignal): Promise<readonly string[]> {
  const found = await orAbort(dns.lookup(hostname, { all: true }), signal);
  return found.map(({ address }) => address);
}

/** @throws the system's error, such as ECONNREFUSED, or the reason of the signal */
export async function connect(url: URL, signal: AbortSignal): Promise<net.Socket> {
  const socket = net.connect({ host: hostOf(url), port: portOf(url) });
  return ready(socket, 'connect', signal);
}

/** @param settings of the client's agent, such as `ca`. @throws the error of a certificate that is not trusted */
export async function secure(
  socket: net.Socket,
  url: URL,
  settings: AgentSettings,
  signal: AbortSignal,
): Promise<tls.TLSSocket> {
  const host = hostOf(url);
  const servername = net.isIP(host) ? '' : host;
  return ready(tls.connect({ ...settings, socket, servername, host }), 'secureConnect', signal);
}

/** Of a VPC, or of this machine: RFC 1918, RFC 4193, loopback. */
export function isPrivate(address: string): boolean {
  return /^(?:10\.|127\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|::1$|f[cd])/i.test(address);
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

async function ready<T extends net.Socket>(socket: T, event: string, signal: AbortSignal): Promise<T> {
  try {
    await once(socket, event, { signal });
    return socket;
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? signal.reason : error;
  }
}

/** The system's resolver heeds no signal. */
function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
}
