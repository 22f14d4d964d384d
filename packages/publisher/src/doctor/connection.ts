import dns from 'node:dns/promises';
import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import type { ClientRoute } from '../cloudwatch/client-route.js';
import { type AgentSettings, connectThrough } from '../cloudwatch/proxy.js';
import { type Checks, orAbort } from './checks.js';

/**
 * Looks up the name and makes an encrypted connection, part by part, so that each can be told and timed. The client makes its
 * own later.
 *
 * @returns whether there may be an answer
 */
export async function checkConnection(checks: Checks, route: ClientRoute): Promise<boolean> {
  const { url, proxy } = route;
  if (!proxy && !route.isPlain) {
    checks.skip('dns', `the client has an agent of its own kind (${route.agentClass}), which finds the way`);
    return true;
  }
  const first = proxy ?? url;
  const isFound = await checkName(checks, first);
  const isReached = isFound && (await checkTcp(checks, route, first));
  return isReached && (url.protocol !== 'https:' || (await checkTls(checks, route)));
}

async function checkName(checks: Checks, url: URL): Promise<boolean> {
  const found = await checks.run<readonly string[]>('dns', async (keep) => {
    const { hostname } = url;
    const addresses = keep(await lookUp(hostOf(url), checks.signal()));
    const kind = addresses.every(isPrivate) ? ' (private: a VPC endpoint, a proxy or this machine)' : '';
    const message = `${hostname} is ${addresses.slice(0, 4).join(', ')}${kind}`;
    return { status: 'ok', message, details: { hostname, addresses } };
  });
  return found !== undefined;
}

async function checkTcp(checks: Checks, { proxy }: ClientRoute, to: URL): Promise<boolean> {
  const isReached = await checks.run<boolean>('tcp', async (keep) => {
    const socket = await connect(to, checks.signal());
    const { remoteAddress, remotePort } = socket;
    socket.destroy();
    keep(true);
    const message = `connected to ${proxy ? 'the proxy at ' : ''}${remoteAddress} port ${remotePort}`;
    return { status: 'ok', message };
  });
  return isReached ?? false;
}

async function checkTls(checks: Checks, { url, proxy, agent }: ClientRoute): Promise<boolean> {
  const isTrusted = await checks.run<boolean>('tls', async (keep) => {
    const signal = checks.signal();
    const socket = proxy ? await connectThrough(proxy, url, signal) : await connect(url, signal);
    const encrypted = await secure(socket, url, agent, signal);
    const [protocol, certificate] = [encrypted.getProtocol(), encrypted.getPeerCertificate()];
    encrypted.destroy();
    keep(true);
    const issuer = certificate.issuer?.O ?? certificate.issuer?.CN;
    const message = `${protocol}, certificate of ${certificate.subject?.CN} from ${issuer}, valid until ${certificate.valid_to}`;
    return { status: 'ok', message, details: { protocol, issuer, validTo: certificate.valid_to } };
  });
  return isTrusted ?? false;
}

/** @throws the system's error, such as ENOTFOUND */
async function lookUp(hostname: string, signal: AbortSignal): Promise<readonly string[]> {
  const found = await orAbort(dns.lookup(hostname, { all: true }), signal);
  return found.map(({ address }) => address);
}

/** @throws the system's error, such as ECONNREFUSED, or the reason of the signal */
async function connect(url: URL, signal: AbortSignal): Promise<net.Socket> {
  const socket = net.connect({ host: hostOf(url), port: portOf(url) });
  return ready(socket, 'connect', signal);
}

/** @param settings of the client's agent, such as `ca`. @throws the error of a certificate that is not trusted */
async function secure(
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
function isPrivate(address: string): boolean {
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
