import path from 'node:path';
import type { Entity } from '@aws-sdk/client-cloudwatch-logs';
import { isEnabled } from './enabled.js';
import { environmentEntity } from './environment-entity.js';
import { checkOptions } from './option-checks.js';
import type { OptionRows } from './option-rows.js';
import { OPTIONS, type PublisherOptions, SPOOL_SETTINGS, type SpoolSettings } from './options.js';

/** The names of the rows that have a default. */
type Defaulted = {
  [Name in keyof typeof OPTIONS]: (typeof OPTIONS)[Name] extends { readonly initial: unknown } ? Name : never;
}[keyof typeof OPTIONS];

/** Options after checking, with every default filled in. */
export type ResolvedOptions = Required<Pick<PublisherOptions, 'logGroupName' | Defaulted>> &
  Omit<PublisherOptions, 'entity'> & { readonly spool?: ResolvedSpool; readonly entity?: Entity };

/** Settings of the spool with every default filled in. */
export type ResolvedSpool = Required<SpoolSettings>;

/**
 * Checks all options and fills in the defaults.
 *
 * @throws PublisherError `CLOUDWATCH_LOGS_INVALID_OPTION`, saying what was expected, what came and what to do
 */
export function resolveOptions(options: PublisherOptions): ResolvedOptions {
  checkOptions(options);
  const resolved = withDefaults(options, OPTIONS) as ResolvedOptions;
  // A batch may fill half of the memory at the most, so that one can be built while another is under way.
  const maxBatchBytes = Math.min(resolved.maxBatchBytes, Math.floor(resolved.maxBufferBytes / 2));
  return {
    ...resolved,
    enabled: isEnabled(options),
    maxBatchBytes,
    maxEventBytes: Math.min(resolved.maxEventBytes, maxBatchBytes),
    ...(options.spool && { spool: resolveSpool(options.spool) }),
    ...(options.entity === 'auto' && { entity: environmentEntity(process.env) }),
  };
}

function resolveSpool(settings: SpoolSettings): ResolvedSpool {
  const resolved = withDefaults(settings, SPOOL_SETTINGS) as ResolvedSpool;
  // A later change of the working directory must not move it.
  return { ...resolved, directory: path.resolve(resolved.directory) };
}

function withDefaults(options: object, rows: OptionRows): object {
  const defaults = Object.entries(rows).map(([name, { initial }]) => [name, initial]);
  return Object.fromEntries(
    [...defaults, ...Object.entries(options)].filter(([, value]) => value !== undefined),
  );
}
