// The two steps of .github/workflows/release.yml.
//
//   node scripts/release.mjs version            raises the versions and writes the changelogs, from the files in .changeset
//   node scripts/release.mjs publish            publishes the versions that npm does not have yet, and tags them
//   node scripts/release.mjs publish --dry-run  says only what would be published
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const [step, ...flags] = process.argv.slice(2);
const pnpm = `npx --yes ${JSON.parse(readFileSync('package.json', 'utf8')).packageManager}`;

if (step === 'version') {
  run('npx changeset version');
  run(`${pnpm} install --lockfile-only`);
} else if (step === 'publish') {
  const isDry = flags.includes('--dry-run');
  if (!isDry) run('node scripts/identity.mjs --release');
  run('node scripts/setup.mjs --quiet'); // never publish what was built from older sources
  // pnpm, because it puts versions in place of `workspace:^`.
  const publish = `${pnpm} --recursive --filter "./packages/*" publish --no-git-checks`;
  run(isDry ? `${publish} --dry-run` : publish);
  if (!isDry) run('npx changeset tag');
} else {
  console.error('Usage: node scripts/release.mjs version | publish [--dry-run]');
  process.exitCode = 2;
}

function run(command) {
  // A shell, because npx is a .cmd file on Windows.
  const { status } = spawnSync(command, { shell: true, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
