// Measures what an installation of each transport with its logger takes, and writes the table in the README.
//
//   npm run footprint
import { spawnSync } from 'node:child_process';
import {
  type Dirent,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { tarballs } from '../test/consumers/tarballs.js';
import { type Footprint, putFootprint } from './report/footprint-table.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { dependencies: versions }: { dependencies: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(path.join(root, 'bench/contenders/package.json'), 'utf8'),
);
const SDK = '@aws-sdk/client-cloudwatch-logs';
/** Most file systems give files room in such steps. */
const BLOCK_BYTES = 4096;

/** What is installed, by what it is called in the table. The same versions of loggers and SDK for all. */
const INSTALLATIONS: Readonly<Record<string, readonly string[]>> = {
  'the AWS SDK alone': [SDK],
  '**pino-cloudwatch-logs**, pino': ['pino-cloudwatch-logs', 'cloudwatch-logs-publisher', 'pino', SDK],
  '@serdnam/pino-cloudwatch-transport, pino': ['@serdnam/pino-cloudwatch-transport', 'pino', SDK],
  'pino-cloudwatch, pino': ['pino-cloudwatch', 'pino'],
  '**winston-cloudwatch-logs**, winston': [
    'winston-cloudwatch-logs',
    'cloudwatch-logs-publisher',
    'winston',
    SDK,
  ],
  'winston-cloudwatch, winston': ['winston-cloudwatch', 'winston', SDK],
  'winston-aws-cloudwatch, winston': ['winston-aws-cloudwatch', 'winston'],
};

const own = tarballs();
const rows = Object.entries(INSTALLATIONS).map(([label, names]) => {
  const packages = names.map((name) => own.get(name) ?? `${name}@${versions[name]}`);
  const measured = { label, ...installed(packages) };
  console.log(`${label}: ${measured.packages} packages, ${(measured.bytesOnDisk / 1e6).toFixed(1)} MB`);
  return measured;
});
const results = { node: process.versions.node, date: new Date().toISOString().slice(0, 10), rows };
writeFileSync(path.join(root, 'bench/results/footprint.json'), `${JSON.stringify(results, undefined, 1)}\n`);
putFootprint(path.join(root, 'README.md'), results);

/** Installs into an empty folder, and counts packages and the bytes of their files. */
function installed(packages: readonly string[]): Omit<Footprint['rows'][number], 'label'> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cloudwatch-logs-footprint-'));
  try {
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
    const quoted = packages.map((name) => `"${name}"`).join(' ');
    // One string and a shell, because npm is a .cmd file on Windows.
    const npm = spawnSync(`npm install --no-audit --no-fund --ignore-scripts --no-package-lock ${quoted}`, {
      cwd: folder,
      shell: true,
      encoding: 'utf8',
    });
    if (npm.status !== 0) throw new Error(`npm install ${quoted} failed:\n${npm.stderr}`);
    const entries = readdirSync(path.join(folder, 'node_modules'), { withFileTypes: true, recursive: true });
    const files = entries.filter((entry) => entry.isFile());
    const sizes = files.map(({ parentPath, name }) => statSync(path.join(parentPath, name)).size);
    return {
      packages: files.filter(isManifest).length,
      bytes: sum(sizes),
      bytesOnDisk: sum(sizes.map((size) => Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Whether a file is the package.json of an installed package, and not one that a package has inside. */
function isManifest({ name, parentPath }: Dirent): boolean {
  return name === 'package.json' && /[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/@]+$/.test(parentPath);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
