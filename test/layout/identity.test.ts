import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const names = readdirSync(path.join(root, 'packages'));
const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A copy of what the script reads and writes, with some of project.json changed. */
function copy(changes: Record<string, string>): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'identity-'));
  folders.push(folder);
  for (const name of names) {
    for (const file of ['package.json', 'README.md'].map((one) => `packages/${name}/${one}`)) {
      cpSync(path.join(root, file), path.join(folder, file));
    }
  }
  const project = JSON.parse(readFileSync(path.join(root, 'project.json'), 'utf8'));
  writeFileSync(path.join(folder, 'project.json'), JSON.stringify({ ...project, ...changes }));
  return folder;
}

function identity(flags: readonly string[], folder: string) {
  const script = path.join(root, 'scripts/identity.mjs');
  return spawnSync(process.execPath, [script, ...flags, folder], { encoding: 'utf8' });
}

test('one file says who publishes all packages, and where', () => {
  const repository = 'https://github.com/acme/logs';
  const folder = copy({ repository, author: 'Acme', funding: 'https://acme.example/fund' });
  assert.equal(identity(['--check'], folder).status, 1, 'the packages are still of somebody else');
  const script = path.join(root, 'scripts/identity.mjs');
  // Without a flag the folder cannot be named: the script is run where it would be.
  cpSync(script, path.join(folder, 'scripts/identity.mjs'));
  assert.equal(spawnSync(process.execPath, [path.join(folder, 'scripts/identity.mjs')]).status, 0);
  assert.equal(identity(['--release'], folder).status, 0);
  for (const name of names) {
    const manifest = JSON.parse(readFileSync(path.join(folder, `packages/${name}/package.json`), 'utf8'));
    assert.equal(manifest.repository.url, `git+${repository}.git`);
    assert.equal(manifest.repository.directory, `packages/${name}`);
    assert.equal(manifest.homepage, `${repository}/tree/main/packages/${name}#readme`);
    assert.equal(manifest.bugs, `${repository}/issues`);
    const readme = readFileSync(path.join(folder, `packages/${name}/README.md`), 'utf8');
    assert.doesNotMatch(readme, /github\.com\/OWNER/, 'npm readers find the pages of docs/ by these links');
    assert.deepEqual([manifest.author, manifest.funding], ['Acme', 'https://acme.example/fund']);
    assert.deepEqual(manifest.publishConfig, { access: 'public', provenance: true });
  }
});

test('nothing is released for a placeholder', () => {
  const { status, stderr } = identity(['--release'], copy({ repository: 'https://github.com/OWNER/x' }));
  assert.equal(status, 1);
  assert.match(stderr, /project\.json: "repository" still holds the placeholder OWNER/);
});

test('all packages carry one version, which their changelogs know', () => {
  const versions = names.map((name) => {
    const folder = path.join(root, 'packages', name);
    const { version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    assert.match(readFileSync(path.join(folder, 'CHANGELOG.md'), 'utf8'), new RegExp(`^## ${version}$`, 'm'));
    return version;
  });
  assert.equal(new Set(versions).size, 1, versions.join(', '));
});
