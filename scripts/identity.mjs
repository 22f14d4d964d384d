// Writes who publishes the packages, and where, from project.json into every package.json below packages/, and into the links
// of the READMEs there to pages of docs/: npm shows a README without its repository.
//
//   node scripts/identity.mjs              writes
//   node scripts/identity.mjs --check      fails when a package.json says something else; part of `npm run check`
//   node scripts/identity.mjs --release    fails also while project.json holds the placeholder OWNER
//
// A folder after the flag takes the place of this repository.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [flag, folder] = process.argv.slice(2);
const root = path.resolve(folder ?? fileURLToPath(new URL('..', import.meta.url)));
const problems = [];
/** To a page or a picture of this repository's docs. */
const LINK_TO_DOCS = /https:\/\/[^\s()]+?(\/(?:blob|raw)\/main\/docs\/)/g;
const project = JSON.parse(readFileSync(path.join(root, 'project.json'), 'utf8'));

if (flag === '--release') {
  for (const [name, value] of Object.entries(project)) {
    if (value.includes('OWNER')) problems.push(`project.json: "${name}" still holds the placeholder OWNER`);
  }
}
for (const name of readdirSync(path.join(root, 'packages')).sort()) {
  const folder = `packages/${name}`;
  hold(`${folder}/package.json`, (text) => {
    return `${JSON.stringify(withIdentity(JSON.parse(text), folder), undefined, 2)}\n`;
  });
  hold(`${folder}/README.md`, (text) => text.replace(LINK_TO_DOCS, `${project.repository}$1`));
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

/** Writes a file as it should be, or says that it is not. */
function hold(name, wantedOf) {
  const file = path.join(root, name);
  if (!existsSync(file)) return;
  const text = readFileSync(file, 'utf8');
  const wanted = wantedOf(text);
  if (text === wanted) return;
  if (flag === undefined) writeFileSync(file, wanted);
  else problems.push(`${name} differs from project.json; run node scripts/identity.mjs`);
}

function withIdentity(manifest, directory) {
  const { author: _a, homepage: _h, repository: _r, bugs: _b, funding: _f, license, ...others } = manifest;
  const { repository, author, funding } = project;
  const fields = {
    license,
    author,
    homepage: `${repository}/tree/main/${directory}#readme`,
    // npm compares this with the repository that made the provenance statement.
    repository: { type: 'git', url: `git+${repository}.git`, directory },
    bugs: `${repository}/issues`,
    funding,
  };
  // After the keywords, where people look for it.
  const entries = Object.entries(others);
  const at = entries.findIndex(([key]) => key === 'keywords') + 1;
  return Object.fromEntries([...entries.slice(0, at), ...Object.entries(fields), ...entries.slice(at)]);
}
