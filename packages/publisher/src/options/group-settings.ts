import type { LOG_GROUP_CLASSES } from './limits.js';

/** A setting of the log groups whose names begin with a text. */
export interface GroupRule<T> {
  /** `''` for all groups. Of several that fit, the longest counts. */
  readonly prefix: string;
  readonly value: T;
}

/** One value for all log groups, or rules by the beginning of their names; a group that no rule fits has none. */
export type ByGroup<T> = T | readonly GroupRule<T>[];

/** The settings that one log group is created with. */
export interface GroupSettings {
  readonly retentionInDays?: number | undefined;
  readonly logGroupTags?: Readonly<Record<string, string>> | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly logGroupClass?: (typeof LOG_GROUP_CLASSES)[number] | undefined;
  readonly deletionProtection?: boolean | undefined;
}

/** The same in the options of a publisher. */
export type GroupOptions = {
  readonly [Name in keyof GroupSettings]: ByGroup<NonNullable<GroupSettings[Name]>> | undefined;
};

/** The settings of one group of the publisher's own. */
export function groupSettings(options: GroupOptions, logGroupName: string): GroupSettings {
  return {
    retentionInDays: settingFor(options.retentionInDays, logGroupName),
    logGroupTags: settingFor(options.logGroupTags, logGroupName),
    kmsKeyId: settingFor(options.kmsKeyId, logGroupName),
    logGroupClass: settingFor(options.logGroupClass, logGroupName),
    deletionProtection: settingFor(options.deletionProtection, logGroupName),
  };
}

function settingFor<T>(setting: ByGroup<T> | undefined, logGroupName: string): T | undefined {
  if (!isRules(setting)) return setting;
  let best: GroupRule<T> | undefined;
  for (const rule of setting) {
    if (logGroupName.startsWith(rule.prefix) && !(best && best.prefix.length > rule.prefix.length))
      best = rule;
  }
  return best?.value;
}

function isRules<T>(setting: ByGroup<T> | undefined): setting is readonly GroupRule<T>[] {
  return Array.isArray(setting);
}
