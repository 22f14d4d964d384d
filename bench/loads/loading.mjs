// What it takes to load a module, before anything is logged.
//   task: { module, from?, make?, after? }
// `from` is a folder that the module is found from; `make` names an export that is made with options that reach nothing; `after`
// is loaded before the clock runs.
import { Session } from 'node:inspector';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { report } from './endpoint-link.mjs';

const { module, from, make, after } = JSON.parse(process.argv[2]);
const OPTIONS = { logGroupName: 'bench', aws: { region: 'us-east-1' } };

if (after) await import(after);
globalThis.gc();
const rssBefore = process.memoryUsage.rss();
const started = performance.now();
if (module) {
  const found = from ? await import(resolveFrom(from)) : await import(module);
  if (make) new found[make](OPTIONS);
}
const ms = performance.now() - started;
const rss = process.memoryUsage.rss();

const urls = scripts();
report({
  loadMs: ms,
  rssMb: (rss - rssBefore) / 1e6,
  scripts: urls.length,
  sdkScripts: urls.filter((url) => /node_modules\/(@aws-sdk|@smithy|@aws|aws-sdk)\//.test(url)).length,
});

function resolveFrom(folder) {
  return pathToFileURL(createRequire(new URL(`../${folder}/package.json`, import.meta.url)).resolve(module))
    .href;
}

/** Every file of code that was loaded: a debugger that is attached is told of them all, ES modules and CommonJS. */
function scripts() {
  const urls = [];
  const session = new Session();
  session.connect();
  session.on('Debugger.scriptParsed', ({ params }) => {
    if (params.url.startsWith('file:') || params.url.startsWith('/')) urls.push(params.url);
  });
  session.post('Debugger.enable');
  session.disconnect();
  return urls;
}
