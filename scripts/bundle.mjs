// Bundles the entries of a package: as ES modules, as CommonJS, and the types of both. What entries share is in a file of
// its own, because it has state: two copies would be two watches over the end of the process.
import path from 'node:path';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';

/**
 * Names that people declare in front of a bundle, to give CommonJS code in an ES module what it lacks. Bundlers put that in
 * front as it is, so nothing at the top of our files may have such a name.
 */
const BANNER_NAMES = [
  ...['createRequire', 'fileURLToPath', 'pathToFileURL', 'dirname', 'path', 'url', 'fs', 'os', 'crypto'],
  ...['nodePath', 'nodeUrl', 'nodeModule', 'nodeRequire'],
];
const RESERVED = 'reserved-names:';

/**
 * Modules that seem to use the names from outside of the bundle, one beside each of ours and so in each file, so that the
 * bundler gives ours other names. Nothing of them stays in the output.
 */
const reservesBannerNames = {
  name: 'reserves-banner-names',
  resolveId: (id) => (id.startsWith(RESERVED) ? id : undefined),
  load: (id) =>
    id.startsWith(RESERVED)
      ? { code: `RESERVED(${BANNER_NAMES.join()});\nexport {};`, moduleSideEffects: true }
      : undefined,
  transform: (code, id) => (id.startsWith(RESERVED) ? undefined : `${code}\nimport '${RESERVED}${id}';`),
  renderChunk: (code) =>
    code.replace(/^(?:RESERVED\([^)]*\);|\/\/ reserved-names:.*|import "\.\/rolldown-runtime\.js";)\n/gm, ''),
};

/** Test runners and compile caches for CommonJS have no `import()`. One of a module that is not known stays. */
const requiresDependencies = {
  name: 'requires-dependencies',
  renderChunk: (code) => code.replace(/\bimport\(("[^"]+")\)/g, 'Promise.resolve().then(() => require($1))'),
};

const inputs = {
  platform: 'node',
  // Dependencies stay outside, those of this repository too: two copies of the publisher would not know of each other.
  external: (id) => !id.startsWith('.') && !path.isAbsolute(id) && !id.startsWith(RESERVED),
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  tsconfig: false,
  // A busy machine is no reason for advice about plugins.
  checks: { pluginTimings: false },
};

const IN_DOCTOR = /[\\/]src[\\/]doctor[\\/]/;

/** A file for each entry, and one for all that several of them use. No comments: those are in the declarations. */
const outputs = (extension) => ({
  entryFileNames: `[name].${extension}`,
  chunkFileNames: `[name].${extension}`,
  comments: { legal: true, annotation: true, jsdoc: false },
  codeSplitting: {
    groups: [
      { name: 'shared', test: (id) => !IN_DOCTOR.test(id), minShareCount: 2, priority: 1 },
      // Loaded where somebody asks for a diagnosis, and not with every logger.
      { name: 'diagnosis', test: IN_DOCTOR, minShareCount: 2 },
    ],
  },
});

/**
 * @param sources folder with the sources of the entries
 * @param entries, programs, threads names of the files to make, with the source of each; nobody loads a program by `require`,
 * nor the file of a thread by `import`
 * @param isFunction whether `require` of the entry `index` answers the default export itself
 */
export async function bundleCode(sources, { entries, programs, threads = {}, isFunction }) {
  const all = { ...entries, ...programs };
  const esm = await bundle(
    { ...inputs, input: within(sources, all), plugins: [reservesBannerNames] },
    { ...outputs('js'), format: 'esm' },
  );
  const cjs = await bundle(
    { ...inputs, input: within(sources, { ...entries, ...threads }), plugins: [requiresDependencies] },
    {
      ...outputs('cjs'),
      format: 'cjs',
      exports: 'named',
      footer: ({ name }) =>
        isFunction && name === 'index' ? 'module.exports = Object.assign(exports.default, exports);' : '',
    },
  );
  // What the bundler's own helpers would be in; ES modules need none.
  return [...esm.filter(({ fileName }) => fileName !== 'rolldown-runtime.js'), ...cjs];
}

/** @param declarations folder with the declarations that the compiler made of the sources */
export async function bundleTypes(declarations, { entries, isFunction }) {
  const files = await bundle(
    {
      ...inputs,
      input: within(declarations, entries, '.d.ts'),
      plugins: [dts({ dtsInput: true, tsconfig: false })],
    },
    { ...outputs('d.ts'), entryFileNames: '[name].ts' },
  );
  return files
    .map(({ fileName, code }) => ({ fileName, code: code.replace(/^\/\/ .*\/types\/.*\n/gm, '') }))
    .flatMap((esm) => {
      const cjs = requirable(esm);
      return [esm, isFunction && esm.fileName === 'index.d.ts' ? exportsFunction(cjs) : cjs];
    });
}

/** The same declarations, of the CommonJS files. */
function requirable({ fileName, code }) {
  const asCommonJs = code.replace(/(from "\.\/[^"]+)\.js"/g, '$1.cjs"');
  return { fileName: fileName.replace(/\.ts$/, '.cts'), code: asCommonJs };
}

/** Of a module that is its default export, with all names as properties of it. */
function exportsFunction({ fileName, code }) {
  const [list, names] = /^export \{(.*)\};?$/m.exec(code);
  const name = /(\w+) as default/.exec(names)[1];
  const exported = `declare namespace ${name} {\n  export {${names}};\n}\nexport = ${name};\n`;
  return { fileName, code: code.replace(list, exported) };
}

async function bundle(input, output) {
  const made = await rolldown(input);
  try {
    return (await made.generate(output)).output;
  } finally {
    await made.close();
  }
}

function within(folder, entries, extension = '.ts') {
  return Object.fromEntries(
    Object.entries(entries).map(([name, source]) => [
      name,
      path.join(folder, source.replace(/\.ts$/, extension)),
    ]),
  );
}
