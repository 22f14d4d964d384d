import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { tarballs } from '../consumers/tarballs.ts';

for (const [name, tarball] of tarballs()) {
  const data = new Uint8Array(readFileSync(tarball));
  const content = createPackageFromTarballData(data);
  const files = content.listFiles().map((file) => file.replace(`/node_modules/${name}/`, ''));
  const manifest = JSON.parse(content.readFile(`/node_modules/${name}/package.json`));

  test(`${name} ships what it needs and nothing else`, () => {
    const allowed =
      /^(package\.json|jest-preset\.json|README\.md|LICENSE|dist\/[\w-]+(\.generated)?\.(js|cjs|d\.ts|d\.cts))$/;
    assert.deepEqual(
      files.filter((file) => !allowed.test(file)),
      [],
    );
    for (const file of ['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'dist/index.cjs']) {
      assert.ok(files.includes(file), `${file} is missing`);
    }
  });

  test(`${name} is a handful of files, which refer to no other by their place`, () => {
    const code = files.filter((file) => /\.c?js$/.test(file));
    // The publisher has four entries in two formats, what they share in each, what commands share, and the commands.
    assert.ok(code.length <= 14, code.join(', '));
    for (const file of code) {
      // Bundlers copy such a file without what it imports.
      assert.doesNotMatch(
        content.readFile(`/node_modules/${name}/${file}`),
        /new URL\([^)]*import\.meta\.url/,
        file,
      );
    }
  });

  test(`${name} declares no name that stands in front of a bundle in its users' code`, () => {
    for (const file of files.filter((one) => one.endsWith('.js'))) {
      const code = content.readFile(`/node_modules/${name}/${file}`);
      // Function expressions may have whatever they like.
      const declared = [...code.matchAll(/^(?:import (.*) from|(?:const|let|var|class|function) (\w+))/gm)]
        .flatMap(([, imported = '', name = '']) => [name, ...imported.split(/[{},]/)])
        .map((one) => one.trim().split(' as ').pop());
      const banner = [
        'createRequire',
        'fileURLToPath',
        'dirname',
        'path',
        'url',
        'require',
        '__filename',
        '__dirname',
      ];
      assert.deepEqual(
        banner.filter((one) => declared.includes(one)),
        [],
        file,
      );
    }
  });

  test(`${name} has no dependency that only a workspace can resolve`, () => {
    assert.doesNotMatch(JSON.stringify(manifest.dependencies ?? {}), /workspace:|file:|link:/);
    assert.deepEqual(manifest.scripts ?? {}, {}, 'nothing of this package runs at installation');
  });

  test(`${name} refers to no file that is not shipped`, () => {
    const broken = files
      .filter((file) => file.endsWith('.js') || file.endsWith('.d.ts'))
      .filter((file) => /^\/\/# sourceMappingURL=/m.test(content.readFile(`/node_modules/${name}/${file}`)));
    assert.deepEqual(broken, [], 'source maps are not shipped');
  });

  test(`${name} is clean to publint`, async () => {
    const { messages, pkg } = await publint({ pack: { tarball: data.slice().buffer }, strict: true });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg, { color: false })),
      [],
    );
  });

  test(`${name} has types that agree with its code under every resolution of TypeScript`, async () => {
    // Jest reads its preset, which is JSON; no program imports it.
    const analysis = await checkPackage(content, { excludeEntrypoints: ['./jest-preset'] });
    assert.ok(analysis.types !== false, 'the types were not found');
    assert.deepEqual(analysis.problems, []);
  });
}
