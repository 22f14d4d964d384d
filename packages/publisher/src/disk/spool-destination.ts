import type { Sink } from '../cloudwatch/sink.js';
import { configuredEndpoint } from '../options/aws-settings.js';
import { logGroupText } from '../options/group-name.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import type { Destination } from '../spool/spool.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the events of a publisher go, as far as its options and the environment name it; asks nobody. */
export function givenDestination(options: ResolvedOptions, env: Environment = process.env): Destination {
  const { aws, client, clientModule } = options;
  const logGroupName = logGroupText(options);
  if (client !== undefined || clientModule !== undefined) return { logGroupName };
  return {
    region: textOf(aws.region) ?? textOf(env.AWS_REGION),
    endpoint: endpointOf(aws.endpoint) ?? endpointOf(configuredEndpoint(env)),
    profile: textOf(aws.profile) ?? textOf(env.AWS_PROFILE),
    logGroupName,
  };
}

/**
 * The same with what only the client knows: the Region of a profile, or where a ready client sends to. Undefined where
 * the options name everything. Never rejects: what cannot be found out stays as it was given.
 */
export function lookUpDestination(
  given: Destination,
  sink: Pick<Sink, 'location'>,
): Promise<Destination> | undefined {
  if (given.region !== undefined || sink.location === undefined) return undefined;
  return sink.location().then(
    ({ region, endpoint }) => ({ ...given, region, endpoint: given.endpoint ?? endpointOf(endpoint) }),
    () => given,
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `http://host` and `http://host/` are the same place. */
function endpointOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text !== undefined && URL.canParse(text) ? new URL(text).href : text;
}
