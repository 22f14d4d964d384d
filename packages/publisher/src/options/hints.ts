const CREDENTIALS = 'aws: { credentials: { accessKeyId, secretAccessKey } }';

/**
 * Names that people write first, or know from other transports, and what they are called here: settings of the AWS SDK at the top
 * level, short names, and the options of winston-cloudwatch, winston-aws-cloudwatch and @serdnam/pino-cloudwatch-transport.
 */
const NAMES: Readonly<Record<string, string>> = {
  region: 'aws: { region }',
  awsRegion: 'aws: { region }',
  endpoint: 'aws: { endpoint }',
  awsEndpoint: 'aws: { endpoint }',
  profile: 'aws: { profile }',
  awsProfile: 'aws: { profile }',
  credentials: 'aws: { credentials }',
  accessKeyId: CREDENTIALS,
  secretAccessKey: CREDENTIALS,
  sessionToken: CREDENTIALS,
  accessKey: CREDENTIALS,
  secretKey: CREDENTIALS,
  awsAccessKeyId: CREDENTIALS,
  awsSecretKey: CREDENTIALS,
  awsSecretAccessKey: CREDENTIALS,
  awsSessionToken: CREDENTIALS,
  awsOptions: 'aws',
  awsConfig: 'aws',
  group: 'logGroupName',
  groupName: 'logGroupName',
  logGroup: 'logGroupName',
  stream: 'logStreamName',
  streamName: 'logStreamName',
  logStream: 'logStreamName',
  prefix: 'logStreamName',
  retention: 'retentionInDays',
  retentionDays: 'retentionInDays',
  logRetention: 'retentionInDays',
  logRetentionInDays: 'retentionInDays',
  tags: 'logGroupTags',
  kmsKey: 'kmsKeyId',
  bufferSize: 'maxBufferBytes',
  maxBufferSize: 'maxBufferBytes',
  ensureLogGroup: 'createLogGroup',
  uploadRate: 'flushIntervalMs',
  interval: 'flushIntervalMs',
  flushInterval: 'flushIntervalMs',
  submissionInterval: 'flushIntervalMs',
  batchSize: 'maxBatchEvents',
  disabled: 'enabled: false',
};

const SENTENCES: Readonly<Record<string, string>> = {
  cloudWatchLogs: 'Use "client", a ready CloudWatchLogsClient of @aws-sdk/client-cloudwatch-logs.',
  jsonMessage: 'Leave it out: a line of JSON is stored as it is.',
  messageFormatter:
    'The text of a line is the matter of the logger: "format" in winston, "formatters" in pino.',
  formatLog: 'The text of a line is the matter of the logger: "format" in winston, "formatters" in pino.',
  formatLogItem: 'The text of a line is the matter of the logger: "format" in winston, "formatters" in pino.',
  errorHandler: "Listen for 'warn' (winston) or 'cloudwatch:warn' (pino) in its place.",
  onError: "Listen for 'warn' (winston) or 'cloudwatch:warn' (pino) in its place.",
  maxRetries: 'Leave it out: what can be stored is tried until it is, or until there is no more room for it.',
  retries: 'Leave it out: what can be stored is tried until it is, or until there is no more room for it.',
  roleArn: 'Name a profile that assumes the role, "aws: { profile }", or use "clientModule".',
  stdout: 'Give the logger a destination of its own for the terminal, beside this one.',
  proxyServer:
    'Set HTTPS_PROXY in the environment, or give "aws: { requestHandler }" an agent that goes through the proxy.',
  name: 'Leave it out; a winston transport has the property "name", which can be set.',
  level:
    'Put it beside "target", not among the options: cloudWatchTarget(options, { level }); or set that of the logger.',
  silent: 'Use "enabled: false".',
};

const BY_NAME = new Map(
  [
    ...Object.entries(NAMES).map(([name, meant]) => [name, `Did you mean "${meant}"?`] as const),
    ...Object.entries(SENTENCES),
  ].map(([name, hint]) => [name.toLowerCase(), hint]),
);

/** The hint in the place of an option that does not exist here; `undefined` for a name that nobody is known to expect. */
export function hintFor(name: string): string | undefined {
  return BY_NAME.get(name.replace(/[-_]/g, '').toLowerCase());
}
