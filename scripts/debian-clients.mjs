// Programs of others that some tests talk to, from Debian packages. A test file names what it needs in a line such as
//
//   // needs: boto3 aws
//
// and skips with a reason where that is not there and cannot be installed.
import { spawnSync } from 'node:child_process';

const CLIENTS = {
  boto3: { check: ['python3', '-c', 'import boto3'], package: 'python3-boto3' },
  aws: { check: ['aws', '--version'], package: 'awscli' },
};

/** Installs what is missing, where apt-get is there and may be used; answers a line about each that stays missing. */
export function installClients(names) {
  const missing = [...new Set(names)].filter((name) => !works(name));
  if (missing.length === 0) return [];
  if (process.getuid?.() === 0 && spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0) {
    const packages = missing.map((name) => CLIENTS[name].package);
    console.log(`Installing ${packages.join(', ')} ...`);
    if (!apt('install', ...packages)) {
      apt('update');
      apt('install', ...packages);
    }
  }
  return missing
    .filter((name) => !works(name))
    .map((name) => `${name} is missing (Debian: ${CLIENTS[name].package}); tests that need it are skipped`);
}

function works(name) {
  const [command, ...args] = CLIENTS[name]?.check ?? [];
  if (command === undefined)
    throw new Error(`'${name}' is no known client: ${Object.keys(CLIENTS).join(', ')}`);
  return spawnSync(command, args, { stdio: 'ignore', timeout: 30_000 }).status === 0;
}

function apt(verb, ...packages) {
  const { status } = spawnSync('apt-get', [verb, '-qq', '-y', '--no-install-recommends', ...packages], {
    stdio: 'ignore',
    timeout: 300_000,
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0;
}
