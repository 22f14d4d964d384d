import type { Entity } from '@aws-sdk/client-cloudwatch-logs';

/** Longest value of a key attribute, by the model of PutLogEvents. */
const LONGEST_VALUE = 512;

/**
 * The entity of this process, as far as its environment names it: the service of OpenTelemetry's variables, or the function of
 * AWS Lambda. Asks no network. CloudWatch takes no service without an environment; where none is named it gets the one
 * that the CloudWatch agent gives.
 *
 * @returns undefined where nothing names a service
 */
export function environmentEntity(env: Readonly<Record<string, string | undefined>>): Entity | undefined {
  const resource = resourceAttributes(env.OTEL_RESOURCE_ATTRIBUTES ?? '');
  const lambda = env.AWS_LAMBDA_FUNCTION_NAME;
  const Name = env.OTEL_SERVICE_NAME?.trim() || resource.get('service.name') || lambda;
  if (!Name) return undefined;
  const Environment =
    resource.get('deployment.environment.name') ||
    resource.get('deployment.environment') ||
    (lambda ? 'lambda:default' : 'generic:default');
  return {
    keyAttributes: {
      Type: 'Service',
      Name: Name.slice(0, LONGEST_VALUE),
      Environment: Environment.slice(0, LONGEST_VALUE),
    },
    ...(lambda && { attributes: { PlatformType: 'AWS::Lambda' } }),
  };
}

/** `key=value,key=value`, with percent signs for what a value may not hold. */
function resourceAttributes(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=');
    if (at > 0) attributes.set(pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim()));
  }
  return attributes;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
