// Bundles the console that the endpoint shows in a browser into one module of the package's sources, so that it is
// there whichever way the package is loaded: as ES module, as CommonJS or inside somebody's bundle.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';

const folder = fileURLToPath(new URL('.', import.meta.url));
const target = path.join(folder, '../src/console/bundle.generated.ts');
const TYPES = {
  'index.html': 'text/html; charset=utf-8',
  'console.js': 'text/javascript; charset=utf-8',
  'console.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
};

/** Makes the module anew. Answers the bytes of its files, gzipped. */
export function buildConsole() {
  const { outputFiles } = buildSync({
    entryPoints: { console: path.join(folder, 'main.tsx') },
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022', 'chrome105', 'firefox110', 'safari16'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    outdir: folder,
    write: false,
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const files = Object.fromEntries(
    outputFiles.map(({ path: file, contents }) => [path.basename(file), contents]),
  );
  for (const name of ['index.html', 'icon.svg']) files[name] = readFileSync(path.join(folder, name));
  const entries = Object.entries(TYPES).map(([name, type]) => {
    const gzip = gzipSync(files[name], { level: 9 });
    return { name, type, bytes: gzip.length, gzip: gzip.toString('base64') };
  });
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(
    target,
    [
      '/** The files of the console, gzipped, as base64. Made by console/build.mjs. */',
      'export const FILES: Readonly<Record<string, { readonly type: string; readonly gzip: string }>> = {',
      ...entries.map(
        ({ name, type, gzip }) =>
          `  ${JSON.stringify(name)}: { type: ${JSON.stringify(type)}, gzip: '${gzip}' },`,
      ),
      '};',
      '',
    ].join('\n'),
  );
  return entries.reduce((sum, { bytes }) => sum + bytes, 0);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(`${buildConsole()} bytes gzipped`);
