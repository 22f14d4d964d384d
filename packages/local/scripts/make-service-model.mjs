// Writes src/requests/service-model.ts: the members of every operation that the endpoint answers and their constraints.
//
//   node packages/local/scripts/make-service-model.mjs [service-2.json or .gz]
//
// Lengths, patterns and enumerations come from the service model in botocore (Debian: python3-botocore), which is asked
// for its own when no file is given. Members and enumerated values that are newer come from the AWS SDK for JavaScript,
// which knows their JSON types and no constraints.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import * as client from '@aws-sdk/client-cloudwatch-logs';

/** Operations that the endpoint does not answer; see docs/fidelity.md. */
const LEFT_OUT =
  /Deliver|Anomal|Scheduled|Lookup|Import|Integration|Transformer|Bearer|Aggregate|LogObject|LogFields|ForQuery|Templates|Syslog|Tier/;

/** What a member is that only the SDK knows, by the SDK's code for its type. */
const SDK_SHAPES = {
  0: ['AnyString', { type: 'string' }],
  1: ['AnyLong', { type: 'long' }],
  2: ['AnyBoolean', { type: 'boolean' }],
  64: ['AnyStrings', { type: 'list', of: 'AnyString' }],
};

/** Names that the SDK exports, the schemas of its shapes among them. */
const sdk = { ...client };

const model = readModel(process.argv[2] ?? botocoreModel());
const shapes = {};
const inputs = {};
for (const [name, { input }] of Object.entries(model.operations).sort()) {
  if (LEFT_OUT.test(name)) continue;
  inputs[name] = input.shape;
  take(input.shape);
}
const lines = (entries) => entries.map(([name, value]) => `  ${name}: ${literal(value)},\n`).join('');
writeFileSync(
  new URL('../src/requests/service-model.ts', import.meta.url),
  `// Made by scripts/make-service-model.mjs from the service model of CloudWatch Logs, version ${model.metadata.apiVersion}.
// biome-ignore-all format: a line for each shape

/** Constraints of a JSON value. \`of\`, \`key\`, \`value\` and \`members\` name other shapes. */
export type Shape =
  | { type: 'string'; min?: number; max?: number; pattern?: string; oneOf?: readonly string[] }
  | { type: 'integer' | 'long'; min?: number; max?: number }
  | { type: 'double' | 'boolean' | 'blob' }
  | { type: 'list'; of: string; min?: number; max?: number }
  | { type: 'map'; key: string; value: string; min?: number; max?: number }
  | { type: 'structure'; members: Readonly<Record<string, string>>; required?: readonly string[] };

/** The shape of what each operation is asked with. */
export const INPUTS = {
${lines(Object.entries(inputs))}} as const;

export const SHAPES: Readonly<Record<string, Shape>> = {
${lines(Object.entries(shapes).sort())}};
`,
);

/** Takes a shape over, and those that it names. */
function take(name) {
  if (shapes[name] !== undefined) return;
  const { type, min, max, pattern, enum: oneOf, member, key, value, members, required } = model.shapes[name];
  const newer = Object.values(sdk[name] ?? {}).filter((known) => oneOf && !oneOf.includes(known));
  shapes[name] = {
    type,
    ...(member && { of: member.shape }),
    ...(key && { key: key.shape, value: value.shape }),
    // A double or a blob has none that the service checks; a minimum of no length says nothing.
    ...(min > 0 || ['integer', 'long'].includes(type) ? { min } : {}),
    max,
    pattern,
    ...(oneOf && { oneOf: [...oneOf, ...newer] }),
    ...(members && {
      members: {
        ...Object.fromEntries(Object.entries(members).map(([at, { shape }]) => [at, shape])),
        ...newerMembers(name, members),
      },
    }),
    required,
  };
  for (const { shape } of [member, key, value, ...Object.values(members ?? {})].filter(Boolean)) take(shape);
}

function newerMembers(name, members) {
  const [, , , , names = [], types = []] = sdk[`${name}$`] ?? [];
  const found = names.map((at, index) => [at, types[index]]).filter(([at]) => !(at in members));
  return Object.fromEntries(
    found.map(([at, code]) => {
      if (!(code in SDK_SHAPES)) throw new Error(`${name}.${at}: only the SDK knows it, as a ${code}`);
      const [shape, definition] = SDK_SHAPES[code];
      shapes[shape] = definition;
      if (definition.of) shapes[definition.of] = SDK_SHAPES[0][1];
      return [at, shape];
    }),
  );
}

function literal(value) {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  if (typeof value !== 'object') return String(value);
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{ ${entries.map(([name, member]) => `${name}: ${literal(member)}`).join(', ')} }`;
}

function readModel(file) {
  const bytes = readFileSync(file);
  return JSON.parse(file.endsWith('.gz') ? gunzipSync(bytes) : bytes);
}

function botocoreModel() {
  const program =
    "import botocore, glob; print(glob.glob(botocore.__path__[0] + '/data/logs/2014-03-28/service-2.json*')[0])";
  return execFileSync('python3', ['-c', program], { encoding: 'utf8' }).trim();
}
