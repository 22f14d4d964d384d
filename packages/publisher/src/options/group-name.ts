import { invalidOption } from './errors.js';
import { LOG_GROUP_NAME, MAX_GROUP_NAME_LENGTH } from './limits.js';
import {
  type EventContext,
  type LogGroupNameFunction,
  NAMELESS,
  type NameEnvironment,
  type NamePart,
  nameOf,
  parseTemplate,
} from './name-template.js';
import type { Check } from './option-rows.js';

/** A template for names of log groups, compiled. */
export interface GroupTemplate {
  /** The one name that it gives all events; undefined where that depends on them. */
  readonly only: string | undefined;
  /** In the place of names that are not given any more: no value of an event makes this one. */
  readonly rest: string;
  /** Never throws. */
  nameFor(timestamp: number, context: EventContext | undefined): string;
  /** Whether it gives this name to some event. */
  gives(logGroupName: string): boolean;
}

/** For a process or a time: such groups would come without end, and stay for ever. */
const FOR_STREAMS = ['pid', 'instance', 'date', 'hour'];
/** `#` is a character of group names, and never one of a value. */
const REST = '#other';
const EXPECTED =
  'a log group name (1 to 512 of the characters A-Z a-z 0-9 . - _ / #), or a template of one such as "app-{level}"';

/**
 * Compiles the name of a log group, or a template of it such as `'/tenants/{field:tenant}'`. Literal text has to stand
 * before what an event says, and what it says is reduced to the characters of a name without `/` and `#`: whoever
 * causes a line to be logged cannot choose any group.
 *
 * @throws PublisherError when that is not so, and for an unknown token or an unclosed brace
 */
export function compileGroupName(template: string, environment: NameEnvironment): GroupTemplate {
  const option = 'logGroupName';
  const remedy = 'Write a name such as "my-app", or a template such as "app-{level}".';
  const parts = parseTemplate(option, template, environment).map(reduced);
  const texts = parts.map((part) => (part.of === 'text' || part.of === 'process' ? part.value : 'x'));
  if (!LOG_GROUP_NAME.test(texts.join(''))) throw invalidOption(option, EXPECTED, template, { remedy });
  const stray = parts.find((part) => part.of !== 'text' && FOR_STREAMS.includes(part.token));
  if (stray && stray.of !== 'text') {
    const expected = `without {${stray.token}}: groups stay when their day or process is over; logStreamName takes it`;
    throw invalidOption(option, expected, template, { remedy });
  }
  const first = parts.findIndex((part) => part.of === 'event');
  if (first !== -1 && !parts.slice(0, first).some((part) => part.of === 'text')) {
    const expected =
      'a template with text before the first {level} or {field:...}, so that an event cannot choose any group';
    throw invalidOption(option, expected, template, { remedy });
  }
  if (texts.join('').startsWith('aws/')) {
    throw invalidOption(
      option,
      'a name that does not start with "aws/", which AWS keeps for itself',
      template,
      { remedy },
    );
  }
  if (first === -1) {
    const only = texts.join('');
    return { only, rest: only, nameFor: () => only, gives: (name) => name === only };
  }
  const pattern = new RegExp(
    `^${parts.map((part) => (part.of === 'event' ? '[^/]+' : escaped(String(part.value)))).join('')}$`,
  );
  return {
    only: undefined,
    rest: cut(parts.map((part) => (part.of === 'event' ? REST : String(part.value))).join('')),
    nameFor: (timestamp, context) => cut(nameOf(parts, timestamp, context)),
    gives: (name) => pattern.test(name),
  };
}

/** Checks a name or a template as an option. */
export const checkGroupTemplate: Check = (_, value) => {
  if (typeof value === 'string') compileGroupName(value, NAMELESS);
};

/** A name that a function of the application returned, as CloudWatch Logs accepts it; undefined where nothing of it is left. */
export function sanitizeGroupName(name: string): string | undefined {
  const clean = cut(name.replace(/[^.\-_/#A-Za-z0-9]/g, '-')).replace(/^aws\//, 'aws-');
  return clean === '' ? undefined : clean;
}

/** The name of the log group in words for people: a template as it is written. */
export function logGroupText({
  logGroupName,
}: {
  readonly logGroupName: string | LogGroupNameFunction;
}): string {
  return typeof logGroupName === 'string' ? logGroupName : '(chosen by a function)';
}

/** The environment is the operator's, who may name a path; a record is anybody's. */
function reduced(part: NamePart): NamePart {
  if (part.of === 'event')
    return {
      ...part,
      value: (context: EventContext | undefined) => part.value(context).replace(/[^.\-_A-Za-z0-9]/g, '-'),
    };
  if (part.of === 'process') return { ...part, value: part.value.replace(/[^.\-_/#A-Za-z0-9]/g, '-') };
  return part;
}

function cut(name: string): string {
  return name.slice(0, MAX_GROUP_NAME_LENGTH);
}

function escaped(text: string): string {
  return text.replace(/[.\-/]/g, '\\$&');
}
