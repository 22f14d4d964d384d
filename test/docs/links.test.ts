import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = [
  '.',
  'docs',
  'docs/moving',
  'docs/platforms',
  'docs/frameworks',
  'bench',
  'bench/results',
  ...foldersIn('packages'),
].flatMap((folder) =>
  readdirSync(path.join(root, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join(folder, file)),
);

interface Link {
  readonly file: string;
  readonly anchor: string;
}

function foldersIn(folder: string): string[] {
  return readdirSync(path.join(root, folder)).map((name) => path.join(folder, name));
}

function textOf(page: string): string {
  return readFileSync(path.join(root, page), 'utf8').replace(/^```.*?^```$/gms, '');
}

/** Links of a page to files of this repository, by their paths in it. */
function localLinks(page: string): Link[] {
  const targets = Array.from(textOf(page).matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = '', anchor = ''] = target.split('#');
      return { file: file === '' ? page : path.join(path.dirname(page), file), anchor };
    });
}

/** The anchors that GitHub and npm give the headings of a page. */
function anchorsOf(page: string): string[] {
  const headings = Array.from(textOf(page).matchAll(/^#+ (.*)$/gm), ([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

for (const page of pages) {
  test(`every link of ${page} leads somewhere`, () => {
    for (const { file, anchor } of localLinks(page)) {
      assert.ok(existsSync(path.join(root, file)), `${file} is not there`);
      if (anchor === '') continue;
      const target = file.endsWith('.md') ? file : path.join(file, 'README.md'); // GitHub shows it for a folder
      assert.ok(anchorsOf(target).includes(anchor), `${target} has no heading for #${anchor}`);
    }
  });
}

for (const page of pages.filter((one) => /^packages\/[^/]+\/README\.md$/.test(one))) {
  test(`${page} links to nothing that npm does not ship with it`, () => {
    const outside = localLinks(page).filter(({ file }) => file !== page);
    assert.deepEqual(outside, []);
  });
}

test('no page runs a command with npx from a package that is not named as the command', () => {
  for (const page of pages) {
    const text = readFileSync(path.join(root, page), 'utf8');
    assert.doesNotMatch(text, /npx cloudwatch-logs-spool/, `${page}: npx -p cloudwatch-logs-publisher ...`);
  }
});

test('every file and folder of the publisher that the architecture names is there', () => {
  const sources = path.join(root, 'packages/publisher/src');
  const folders = new Set(readdirSync(sources));
  const named = Array.from(
    textOf('docs/architecture.md').matchAll(/`([\w-]+)\/([\w/-]*)`/g),
    ([, folder = '', file = '']) => ({ folder, file }),
  ).filter(({ folder }) => folders.has(folder));
  assert.ok(named.length > 40);
  for (const { folder, file } of named) {
    const place = path.join(sources, folder, file);
    assert.ok(existsSync(place) || existsSync(`${place}.ts`), `${folder}/${file} is not there`);
  }
});
