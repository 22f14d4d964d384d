import { logGroupText } from './group-name.js';
import type { PublisherOptions } from './options.js';

/** The variable of the environment that turns every publisher of a process off. */
const VARIABLE = 'CLOUDWATCH_LOGS_DISABLED';

/** Whether logs are sent: not with `enabled: false`, nor where the environment says so, whatever the options say. */
export function isEnabled(
  { enabled }: Pick<PublisherOptions, 'enabled'>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  return enabled !== false && !/^(?:1|true|yes|on)$/i.test(env[VARIABLE] ?? '');
}

let isSaid = false;

/** The line that a production system that sends no logs owes whoever looks for them; once in a process. */
export function disabledLine(
  options: PublisherOptions,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  if (env.NODE_ENV !== 'production' || isSaid) return undefined;
  isSaid = true;
  const why = options.enabled === false ? 'the option "enabled" is false' : `${VARIABLE} is set`;
  return `logs for log group "${logGroupText(options)}" are not sent, because ${why}.`;
}
