import { setEnvironmentData } from 'node:worker_threads';

/** What `stalling-client.mjs` shall do in workers that are started from now on, with puts to this endpoint. */
export function stalling(local: { readonly endpoint: string }) {
  const state = new Int32Array(new SharedArrayBuffer(4));
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
  setEnvironmentData('stalling-client', {
    state,
    aws: { region: 'us-east-1', endpoint: local.endpoint, credentials },
  });
  const end = (how: number) => {
    Atomics.store(state, 0, how);
    Atomics.notify(state, 0);
  };
  return {
    /** Resolves when the first put has stalled its thread. */
    async entered(): Promise<void> {
      while (Atomics.load(state, 0) === 0) await new Promise((resolve) => setImmediate(resolve));
    },
    goOn: () => end(2),
    fail: () => end(3),
  };
}
