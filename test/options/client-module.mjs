import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';

/** What an application names as `clientModule`: makes the client, where it is needed. */
export default function makeClient() {
  return new CloudWatchLogsClient({
    region: 'eu-central-1',
    endpoint: process.env.CLIENT_MODULE_ENDPOINT,
    credentials: { accessKeyId: 'module', secretAccessKey: 'of the client module' },
  });
}
