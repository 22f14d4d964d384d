import { AsyncLocalStorage } from 'node:async_hooks';
import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate } from '../time/clock.js';

const calls = new AsyncLocalStorage<boolean>();
let underWay = 0;
let isWatching = false;

/**
 * Makes a call through code of others: a handler of requests, a provider of credentials. The sockets and processes that
 * they open for it do not hold this process, which would come to its end, and to the time that it has for that, only when
 * they have timed out.
 *
 * @param call is told what to call when it opens nothing more: until then the hooks of Node.js cost every promise a little
 */
export async function unheld<T>(call: (isOver: () => void) => Promise<T>): Promise<T> {
  watch();
  underWay++;
  let isDone = false;
  const isOver = () => {
    if (isDone) return;
    isDone = true;
    if (--underWay === 0) calls.disable();
  };
  try {
    return await calls.run(true, () => call(isOver));
  } finally {
    isOver();
  }
}

function watch(): void {
  if (isWatching) return;
  isWatching = true;
  subscribe('net.client.socket', (message) => {
    const { socket } = message as { readonly socket: Socket };
    if (calls.getStore()) setImmediate(() => socket.unref()); // it has no handle yet
  });
  // A connection that is used again is held by its agent again.
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { readonly request: ClientRequest };
    if (!calls.getStore()) return;
    if (request.socket) request.socket.unref();
    else request.once('socket', (socket) => socket.unref());
  });
  subscribe('child_process', (message) => {
    const { process: child } = message as { readonly process: ChildProcess };
    if (!calls.getStore()) return;
    setImmediate(() => {
      child.unref();
      for (const stream of child.stdio) (stream as Partial<Socket> | null)?.unref?.();
    });
  });
}
