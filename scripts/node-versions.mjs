// Other versions of Node.js, installed from npm below .build/node when they are first needed. Remove that folder to look for
// newer ones.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The path of this version's node, or why it cannot be had: `{ node }` or `{ problem }`. */
export function installNode(version) {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  // The package `node` depends on one such package for each platform; this is the one with the program in it.
  const name = `node-${platform}-${process.arch}`;
  const folder = fileURLToPath(new URL(`../.build/node/${version}`, import.meta.url));
  const bin = platform === 'win' ? 'bin/node.exe' : 'bin/node';
  const node = path.join(folder, 'node_modules', name, bin);
  if (existsSync(node)) return { node };
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  // One string and a shell, because npm is a .cmd file on Windows.
  const npm = spawnSync(`npm install --no-audit --no-fund --ignore-scripts ${name}@${version}`, {
    cwd: folder,
    shell: true,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (npm.status === 0 && existsSync(node)) return { node };
  const why = npm.stderr.split('\n').find((line) => /npm error (code|\d+) /.test(line)) ?? 'npm error';
  return { problem: `npm could not install ${name}@${version} (${why.replace('npm error ', '')})` };
}
