// Preloaded in a worker thread: answers whoever asks which files of the AWS SDK that thread has loaded.
import { BroadcastChannel, isMainThread } from 'node:worker_threads';
import { sdkFiles } from './sdk-files.mjs';

if (!isMainThread) {
  const channel = new BroadcastChannel('sdk files');
  channel.onmessage = ({ data }) => {
    if (data === 'which?') channel.postMessage(sdkFiles());
  };
  channel.unref();
}
