// Lambda freezes the process after each invocation: what was not sent by then waits for the next one, or for ever.
// So the handler flushes before it returns. In-process, because a bundled function has no worker file.
import pino from 'pino';
import { cloudWatchTransport } from 'pino-cloudwatch-logs';

const stream = cloudWatchTransport({
  logGroupName: '/example/lambda',
  logStreamName: '{date}/{env:AWS_LAMBDA_FUNCTION_NAME}/{instance}',
});
const logger = pino(stream);

export async function handler(event) {
  try {
    logger.info({ event }, 'invoked');
    return { statusCode: 200 };
  } finally {
    const { pending } = await stream.flush();
    if (pending > 0) console.error(`${pending} log events could not be sent in time`);
  }
}
