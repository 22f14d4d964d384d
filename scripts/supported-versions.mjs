// The versions of Node.js, pino, winston and the AWS SDK that the packages work with, and the combinations that are tested.
// Each range is written once, in the manifest that users install by; the rest follows from it.
import { readFileSync } from 'node:fs';

const manifest = (path) => JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'));

/** The oldest that `engines` allows, the newest of each even line since, and the newest of all. */
export const nodeVersions = [
  `${manifest('package.json').engines.node.replace('>=', '')}.0`,
  '22',
  '24',
  'latest',
];
const [oldestNode, newestNode] = [nodeVersions[0], nodeVersions.at(-1)];
/** What most people run. */
const USUAL_NODE = '24';

const SDK = '@aws-sdk/client-cloudwatch-logs';

/** The packages of others that users may have in several versions, with the range of each. */
export const ranges = {
  pino: manifest('packages/pino/package.json').peerDependencies.pino,
  winston: manifest('packages/winston/package.json').peerDependencies.winston,
  [SDK]: manifest('packages/publisher/package.json').dependencies[SDK],
};

/** The oldest version of each. */
export const oldest = Object.fromEntries(
  Object.entries(ranges).map(([name, range]) => {
    const [, version] = /^\^(\d+\.\d+\.\d+)/.exec(range) ?? [];
    if (version === undefined)
      throw new Error(`The range of ${name} does not begin with its oldest version: ${range}`);
    return [name, version];
  }),
);

/** The older lines of those that are supported in several, as pino 9 beside pino 10. */
const olderLines = Object.entries(ranges).flatMap(([name, range]) => {
  return range
    .split(' || ')
    .slice(0, -1)
    .map((line) => [name, line]);
});

/** The combinations that are tested: oldest with oldest first. */
export const combinations = [
  { name: 'the oldest of all', node: oldestNode, packages: oldest },
  { name: 'the newest of all', node: newestNode, packages: ranges },
  { name: 'the oldest packages on the newest Node.js', node: newestNode, packages: oldest },
  { name: 'the newest packages on the oldest Node.js', node: oldestNode, packages: ranges },
  ...[...Object.entries(oldest), ...olderLines].map(([name, version]) => {
    return { name: `${name} ${version} alone`, node: USUAL_NODE, packages: { ...ranges, [name]: version } };
  }),
];
