import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
// tsx brings it along.
const esbuild: { buildSync(options: object): unknown } = createRequire(require.resolve('tsx'))('esbuild');

/** Bundles an application with everything that it imports into one file. */
export function bundle(entry: string, outfile: string, format: 'esm' | 'cjs'): void {
  // What esbuild puts in the place of require() refuses the modules of Node.js in an ES module.
  const js = "import { createRequire as make } from 'node:module'; const require = make(import.meta.url);";
  esbuild.buildSync({
    entryPoints: [entry],
    outfile,
    format,
    bundle: true,
    platform: 'node',
    logLevel: 'error',
    banner: format === 'esm' ? { js } : {},
  });
}
