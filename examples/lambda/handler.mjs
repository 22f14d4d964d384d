// Lambda freezes the process after each invocation: what was not sent by then waits for the next one, or for ever.
// So the handler flushes before it returns, within less than the 3 s that a function has unless it is given more.
// In-process, because a bundled function has no worker file.
import pino from 'pino';
import { cloudWatchTransport, flushTransport } from 'pino-cloudwatch-logs';

const logger = pino(
  cloudWatchTransport({
    logGroupName: '/example/lambda',
    logStreamName: '{date}/{env:AWS_LAMBDA_FUNCTION_NAME}/{instance}',
  }),
);

export async function handler(event) {
  try {
    logger.info({ event }, 'invoked');
    return { statusCode: 200 };
  } finally {
    const { pending } = await flushTransport(logger, { timeoutMs: 2_000 });
    if (pending > 0) console.error(`${pending} log events could not be sent in time`);
  }
}
