// node bundle.mjs BUNDLER VARIANT FOLDER: bundles app.mjs with everything that it imports into that folder; with a plugin for
// the workers of pino worker.mjs, and their files beside it.
import { createRequire } from 'node:module';
import path from 'node:path';

const [, , bundler, variant, folder] = process.argv;
const entry = path.resolve('app.mjs');
const withWorkers = path.resolve('worker.mjs');
const ofPino = { transports: ['pino-cloudwatch-logs'] };
// As people copy it from one another.
const banner = [
  "import { createRequire } from 'module';",
  "import { fileURLToPath } from 'url';",
  "import path from 'path';",
  'const require = createRequire(import.meta.url);',
  'const __filename = fileURLToPath(import.meta.url);',
  'const __dirname = path.dirname(__filename);',
].join('');

async function withEsbuild({ format, ...options }) {
  const { build } = await import('esbuild');
  await build({
    entryPoints: { app: entry },
    outdir: folder,
    outExtension: { '.js': format === 'esm' ? '.mjs' : '.cjs' },
    bundle: true,
    platform: 'node',
    format,
    banner: format === 'esm' ? { js: banner } : {},
    logLevel: 'error',
    ...options,
  });
}

async function withRollup(format) {
  const { rollup } = await import('rollup');
  const [{ default: resolve }, { default: commonjs }, { default: json }] = await Promise.all([
    import('@rollup/plugin-node-resolve'),
    import('@rollup/plugin-commonjs'),
    import('@rollup/plugin-json'),
  ]);
  const bundle = await rollup({
    input: entry,
    plugins: [resolve({ preferBuiltins: true, exportConditions: ['node'] }), commonjs(), json()],
    onwarn: () => {},
  });
  const file = path.join(folder, format === 'es' ? 'app.mjs' : 'app.cjs');
  await bundle.write({ file, format, inlineDynamicImports: true });
}

async function withRolldown(format) {
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({ input: entry, platform: 'node', logLevel: 'silent' });
  const file = path.join(folder, format === 'esm' ? 'app.mjs' : 'app.cjs');
  await bundle.write({ file, format, codeSplitting: false });
}

/** As servers are built with it, with nothing left out. */
async function withVite() {
  const { build } = await import('vite');
  const output = { entryFileNames: 'app.mjs' };
  await build({
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true },
    build: { ssr: entry, outDir: folder, emptyOutDir: false, rolldownOptions: { output } },
  });
}

async function withPluginForEsbuild() {
  // Its ES module calls `require`.
  const plugin = createRequire(import.meta.url)('esbuild-plugin-pino');
  const entryPoints = { app: withWorkers };
  await withEsbuild({ format: 'cjs', entryPoints, plugins: [plugin(ofPino)] });
}

function withRspack() {
  return withWebpack({ mode: 'production' }, undefined, undefined, '@rspack/core');
}

async function withWebpack(options, output = { filename: 'app.cjs' }, experiments = {}, name = 'webpack') {
  const { default: webpack } = await import(name);
  const stats = await new Promise((resolve, reject) =>
    webpack(
      { entry, target: 'node20', ...options, output: { path: folder, ...output }, experiments },
      (error, done) => (error ? reject(error) : resolve(done)),
    ),
  );
  if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }));
}

function withWebpackModule() {
  const output = { filename: 'app.mjs', module: true, chunkFormat: 'module', library: { type: 'module' } };
  return withWebpack({ mode: 'production' }, output, { outputModule: true });
}

async function withNcc(isModule) {
  const { default: ncc } = await import('@vercel/ncc');
  const { mkdirSync, writeFileSync } = await import('node:fs');
  const { code, assets } = await ncc(entry, { cache: false, quiet: true, esm: isModule });
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, isModule ? 'app.mjs' : 'app.cjs'), code);
  for (const [name, { source }] of Object.entries(assets)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), source);
  }
}

await {
  'esbuild CommonJS': () => withEsbuild({ format: 'cjs' }),
  'esbuild ES module with a banner': () => withEsbuild({ format: 'esm' }),
  'esbuild minified': () => withEsbuild({ format: 'esm', minify: true }),
  'esbuild with splitting': () => withEsbuild({ format: 'esm', splitting: true }),
  'esbuild with the plugin for pino': withPluginForEsbuild,
  'rolldown ES module': () => withRolldown('esm'),
  'rolldown CommonJS': () => withRolldown('cjs'),
  'Vite for a server': withVite,
  'Rspack for production': withRspack,
  'rollup ES module': () => withRollup('es'),
  'rollup CommonJS': () => withRollup('cjs'),
  'webpack for production': () => withWebpack({ mode: 'production' }),
  'webpack for development': () => withWebpack({ mode: 'development' }),
  'webpack ES module': withWebpackModule,
  'ncc CommonJS': () => withNcc(false),
  'ncc ES module': () => withNcc(true),
}[`${bundler} ${variant}`]();
