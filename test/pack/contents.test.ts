import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packInto, temporaryFolder } from './tarballs.ts';

for (const [name, tarball] of packInto(temporaryFolder())) {
  const data = new Uint8Array(readFileSync(tarball));
  const content = createPackageFromTarballData(data);
  const files = content.listFiles().map((file) => file.replace(`/node_modules/${name}/`, ''));
  const manifest = JSON.parse(content.readFile(`/node_modules/${name}/package.json`));

  test(`${name} ships what it needs and nothing else`, () => {
    const allowed = /^(package\.json|README\.md|LICENSE|dist\/.+\.(js|d\.ts)|dist\/cjs\/package\.json)$/;
    assert.deepEqual(
      files.filter((file) => !allowed.test(file)),
      [],
    );
    for (const file of ['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'dist/cjs/index.js']) {
      assert.ok(files.includes(file), `${file} is missing`);
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
    const analysis = await checkPackage(content);
    assert.ok(analysis.types !== false, 'the types were not found');
    assert.deepEqual(analysis.problems, []);
  });
}
