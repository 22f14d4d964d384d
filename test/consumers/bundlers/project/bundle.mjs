// node bundle.mjs BUNDLER VARIANT FOLDER: bundles app.mjs with everything that it imports into that folder.
import path from 'node:path';

const [, , bundler, variant, folder] = process.argv;
const entry = path.resolve('app.mjs');
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
    entryPoints: [entry],
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

async function withWebpack(options, isModule = false) {
  const { default: webpack } = await import('webpack');
  const output = isModule
    ? { filename: 'app.mjs', module: true, chunkFormat: 'module', library: { type: 'module' } }
    : { filename: 'app.cjs' };
  const stats = await new Promise((resolve, reject) =>
    webpack(
      {
        entry,
        target: 'node20',
        ...options,
        output: { path: folder, ...output },
        experiments: isModule ? { outputModule: true } : {},
      },
      (error, done) => (error ? reject(error) : resolve(done)),
    ),
  );
  if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }));
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
  'rollup ES module': () => withRollup('es'),
  'rollup CommonJS': () => withRollup('cjs'),
  'webpack for production': () => withWebpack({ mode: 'production' }),
  'webpack for development': () => withWebpack({ mode: 'development' }),
  'webpack ES module': () => withWebpack({ mode: 'production' }, true),
  'ncc CommonJS': () => withNcc(false),
  'ncc ES module': () => withNcc(true),
}[`${bundler} ${variant}`]();
