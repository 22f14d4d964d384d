// Packs the four packages as they are published, into the folder that is given or .build/packages.
// pnpm does it, because it puts versions in place of `workspace:^`. `npm pack` leaves those in, and nobody can
// install the result. `pnpm publish -r` does the same for a release.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const destination = path.resolve(process.argv[2] ?? path.join(root, '.build', 'packages'));
mkdirSync(destination, { recursive: true });
const { packageManager } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const result = spawnSync(
  // One string and a shell, because npx is a .cmd file on Windows.
  `npx --yes ${packageManager} --recursive --filter "./packages/*" pack --pack-destination "${destination}"`,
  { cwd: root, shell: true, stdio: ['ignore', 'inherit', 'inherit'] },
);
process.exit(result.status ?? 1);
