import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Installs the transports that are compared with, unless they are there as their lock file says. Returns why they are
 * not there when that fails, as it does without a network.
 */
export function installContenders(root: string): string | undefined {
  const folder = path.join(root, 'bench', 'contenders');
  // pnpm leaves a copy of the lock file that it installed, as the last thing it does.
  const installed = path.join(folder, 'node_modules', '.pnpm', 'lock.yaml');
  const lock = readFileSync(path.join(folder, 'pnpm-lock.yaml'));
  if (existsSync(installed) && readFileSync(installed).equals(lock)) return undefined;
  console.error('Installing the transports to compare with ...');
  const { packageManager } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  // One string and a shell, because npx is a .cmd file on Windows.
  const install = spawnSync(`npx --yes ${packageManager} install --frozen-lockfile`, {
    cwd: folder,
    shell: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CI: 'true' },
  });
  if (install.status === 0) return undefined;
  console.error(`They could not be installed, and are left out:\n${install.stdout}`);
  return 'could not be installed';
}
