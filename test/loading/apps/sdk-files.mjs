import { Session } from 'node:inspector';

/** The files of the AWS SDK that this thread has loaded; a debugger is told of all, ES modules and CommonJS. */
export function sdkFiles() {
  const urls = [];
  const session = new Session();
  session.connect();
  session.on('Debugger.scriptParsed', ({ params }) => urls.push(params.url));
  session.post('Debugger.enable');
  session.disconnect();
  return urls.filter((url) => /[\\/]node_modules[\\/](@aws-sdk|@smithy|@aws|aws-sdk)[\\/]/.test(url));
}
