// Installs and builds what the other commands need, and does nothing when it is all there already.
// Needs only Node.js and npm: pnpm is run at the version that package.json names.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const quiet = process.argv.includes('--quiet');

const { engines, packageManager } = JSON.parse(readFileSync('package.json', 'utf8'));
const oldest = engines.node.replace('>=', '');
const [major, minor] = process.versions.node.split('.').map(Number);
const [oldestMajor, oldestMinor] = oldest.split('.').map(Number);
if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
  console.error(`Node.js ${oldest} or newer is needed; this is ${process.versions.node}.`);
  process.exit(1);
}

// pnpm leaves a copy of the lock file that it installed, as the last thing it does.
const installed = 'node_modules/.pnpm/lock.yaml';
if (!existsSync(installed) || !readFileSync(installed).equals(readFileSync('pnpm-lock.yaml'))) {
  console.log('Installing dependencies ...');
  // One string and a shell, because npx is a .cmd file on Windows.
  const install = spawnSync(`npx --yes ${packageManager} install --frozen-lockfile`, {
    shell: true,
    stdio: ['ignore', quiet ? 'pipe' : 'inherit', 'inherit'],
    env: { ...process.env, CI: 'true' },
  });
  if (install.status !== 0) {
    if (install.stdout) console.error(String(install.stdout));
    console.error('The installation of the dependencies failed; the lines above say why.');
    process.exit(1);
  }
}

const { build } = await import('./build.mjs');
await build({ quiet });
