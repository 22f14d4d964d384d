import { cloudWatchTransport } from 'pino-cloudwatch-logs';

// A target of an application's own: in the worker it may use functions, which cannot be sent there.
export default (options) =>
  cloudWatchTransport({ ...options, logStreamName: ({ message }) => `of-${JSON.parse(message).tenant}` });
