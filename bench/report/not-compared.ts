/** Transports that are not in the tables, and why. */
export const NOT_COMPARED: readonly { readonly name: string; readonly reason: string }[] = [
  {
    name: '@ubercode/winston-cloudwatch, @ubercode/pino-cloudwatch',
    reason: 'npm does not serve them: the registry answers 404 to both names',
  },
  {
    name: '@loglayer/transport-aws-cloudwatch-logs, @logtape/cloudwatch-logs',
    reason: 'are in the tables of pino, but come with loggers of their own',
  },
];
