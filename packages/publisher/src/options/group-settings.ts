import { invalidOption } from './errors.js';
import type { LOG_GROUP_CLASSES } from './limits.js';
import { checkRows, isRecord, type OptionRow } from './option-rows.js';

/** A setting of the log groups whose names begin with a text. */
export interface GroupRule<T> {
  /** `''` for all groups. Of several that fit, the longest counts. */
  readonly prefix: string;
  /** The setting of these groups. */
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

/** The row of an option that takes rules as well. */
export function byGroup(row: OptionRow) {
  return {
    ...row,
    accepts: (value: unknown) => Array.isArray(value) || row.accepts(value),
    check(name: string, value: unknown) {
      if (Array.isArray(value)) checkRules(name, value, row);
    },
  };
}

const PREFIX: OptionRow = {
  expected: 'the beginning of group names',
  accepts: (value) => typeof value === 'string',
  isRequired: true,
  flag: 'none',
};

function checkRules(name: string, rules: readonly unknown[], row: OptionRow): void {
  const remedy = 'Write [{ prefix: "app-", value: ... }], or one value for all groups.';
  if (rules.length === 0) throw invalidOption(name, 'a list of rules', rules, { remedy });
  const parts = { prefix: PREFIX, value: { ...row, isRequired: true } };
  const prefixes = new Set<unknown>();
  for (const [index, rule] of rules.entries()) {
    const path = `${name}[${index}]`;
    if (!isRecord(rule)) throw invalidOption(path, 'a rule', rule, { remedy });
    checkRows(rule, parts, `${path}.`);
    if (prefixes.has(rule.prefix)) {
      const once = { remedy: 'Leave one of the two out.' };
      throw invalidOption(`${path}.prefix`, 'one that no other rule has', rule.prefix, once);
    }
    prefixes.add(rule.prefix);
  }
}
