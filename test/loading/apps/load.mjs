// Loads a package, makes its transport if it is told which, and says which files of the AWS SDK were loaded by then;
// and how many are when the SDK is loaded in the same way.
//   node load.mjs '{"module":..., "way":"import" or "require", "make":...}'
import { createRequire } from 'node:module';
import { sdkFiles } from './sdk-files.mjs';

const { module, way, make } = JSON.parse(process.argv[2]);
const load = way === 'import' ? (name) => import(name) : createRequire(import.meta.url);
const loaded = await load(module);
if (make) new loaded[make]({ logGroupName: 'app', aws: { region: 'us-east-1' } });
const files = sdkFiles();
await load('@aws-sdk/client-cloudwatch-logs');
process.stdout.write(JSON.stringify({ files, control: sdkFiles().length }), () => process.exit());
