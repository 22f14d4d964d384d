// Installs and builds what the other commands need, and does nothing when it is all there already.
// Needs only Node.js and npm: pnpm is run at the version that package.json names.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const quiet = process.argv.includes('--quiet');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node.js 20.19 or newer is needed; this is ${process.versions.node}.`);
  process.exit(1);
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const stamp = '.build/installed';
const wanted = createHash('sha256').update(readFileSync('pnpm-lock.yaml')).digest('hex');
if (!existsSync('node_modules') || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.log('Installing dependencies ...');
  const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';
  const install = spawnSync(npx, ['--yes', manifest.packageManager, 'install', '--frozen-lockfile'], {
    stdio: quiet ? ['ignore', 'ignore', 'inherit'] : 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, CI: 'true' },
  });
  if (install.status !== 0) {
    console.error('The installation of the dependencies failed; the lines above say why.');
    process.exit(install.status ?? 1);
  }
  mkdirSync('.build', { recursive: true });
  writeFileSync(stamp, wanted);
}
build({ quiet });
