// Invokes the handler three times, as Lambda does in a warm environment, against a local endpoint.
import { startLocal } from 'cloudwatch-logs-local';

const local = await startLocal();
process.env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS = local.endpoint;
process.env.AWS_REGION = 'us-east-1';
process.env.AWS_ACCESS_KEY_ID = 'local';
process.env.AWS_SECRET_ACCESS_KEY = 'local';
process.env.AWS_LAMBDA_FUNCTION_NAME = 'shop';

const { handler } = await import('./handler.mjs');
for (let order = 1; order <= 3; order++) {
  await handler({ order });
  console.log(
    'stored after invocation',
    order,
    ':',
    local.events({ logGroupName: '/example/lambda' }).length,
  );
}
await local.close();
