/** Whether a host name or address can only mean this machine. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === '::1' || /^127(?:\.\d{1,3}){3}$/.test(name) || /^(?:[^:/]+\.)?localhost$/.test(name);
}

/** The name in a Host header, without its port. */
export function hostName(header: string): string {
  return header.replace(/:\d*$/, '');
}

/**
 * SDKs put this before the host of StartLiveTail; `streaming-` until April 2026. No name of another machine becomes one of
 * this machine without it.
 */
const HOST_PREFIX = /^stream(?:ing)?-/;

/**
 * Whether a request that names `header` as its host is meant for an endpoint that listens on `host`. An endpoint on
 * loopback answers only to loopback names, so that a web page whose domain resolves to 127.0.0.1 cannot talk to it.
 */
export function isAllowedHost(header: string | undefined, host: string): boolean {
  return !isLoopback(host) || (header !== undefined && isLoopback(hostName(header).replace(HOST_PREFIX, '')));
}
