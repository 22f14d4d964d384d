/** Transports that are not in the tables, and why. */
export const NOT_COMPARED: readonly { readonly name: string; readonly reason: string }[] = [
  {
    name: '@ubercode/winston-cloudwatch, @ubercode/pino-cloudwatch, cloudwatch-winston, @initd.sg/winston-cloudwatch',
    reason: 'could not be installed from npm',
  },
  { name: 'winston-cloudwatch-transport', reason: 'a transport for winston 2' },
  {
    name: 'bunyan-cloudwatch, lawgs, log4js-cloudwatch-appender',
    reason: 'for loggers that are not compared here',
  },
];
