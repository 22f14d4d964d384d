import type { Json, Members } from '../requests/input.js';
import type { Entity } from '../store/log-stream.js';

/** Why an entity was rejected, in the words of the service model. The events of its put are stored all the same. */
export type EntityRejection =
  | 'InvalidEntity'
  | 'InvalidTypeValue'
  | 'InvalidKeyAttributes'
  | 'InvalidAttributes'
  | 'MissingRequiredFields';

/** The attributes that each type is identified by. Source: "Adding related information to telemetry", CloudWatch User Guide. */
const IDENTIFIED_BY: Readonly<Record<string, readonly string[]>> = {
  Service: ['Name', 'Environment'],
  'AWS::Service': ['Name'],
  RemoteService: ['Name'],
  Resource: ['ResourceType', 'Identifier'],
  'AWS::Resource': ['ResourceType', 'Identifier'],
};
const KEY_ATTRIBUTES = ['Type', 'ResourceType', 'Identifier', 'Name', 'Environment'];

/** Most entries and most characters of keys and values. Source: the service model. */
const LIMITS = {
  keyAttributes: { entries: 4, key: 32, value: 512 },
  attributes: { entries: 10, key: 256, value: 512 },
};

/** The entity of a put, or why it was rejected. */
export function readEntity(entity: Json | undefined): Entity | EntityRejection | undefined {
  if (entity === undefined) return undefined;
  // The JSON types were checked before.
  const { keyAttributes, attributes } = entity as { [name in keyof Entity]?: Members | null };
  const keys = textsOf(keyAttributes);
  const others = textsOf(attributes);
  if (Object.keys(keys).length === 0) {
    return Object.keys(others).length === 0 ? 'InvalidEntity' : 'MissingRequiredFields';
  }
  if (
    Object.keys(keys).some((name) => !KEY_ATTRIBUTES.includes(name)) ||
    !isWithin(keys, LIMITS.keyAttributes)
  ) {
    return 'InvalidKeyAttributes';
  }
  const { Type } = keys;
  if (Type === undefined) return 'MissingRequiredFields';
  const required = Object.hasOwn(IDENTIFIED_BY, Type) ? IDENTIFIED_BY[Type] : undefined;
  if (required === undefined) return 'InvalidTypeValue';
  if (required.some((name) => keys[name] === undefined)) return 'MissingRequiredFields';
  if (!isWithin(others, LIMITS.attributes)) return 'InvalidAttributes';
  return { keyAttributes: keys, attributes: others };
}

function textsOf(map: Members | null | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(map ?? {}).map(([name, value]) => [name, String(value)]));
}

function isWithin(
  map: Readonly<Record<string, string>>,
  limit: { readonly entries: number; readonly key: number; readonly value: number },
): boolean {
  const entries = Object.entries(map);
  return (
    entries.length <= limit.entries &&
    entries.every(
      ([key, value]) =>
        key.length >= 1 && key.length <= limit.key && value.length >= 1 && value.length <= limit.value,
    )
  );
}
