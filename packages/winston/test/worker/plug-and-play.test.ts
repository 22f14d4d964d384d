import assert from 'node:assert/strict';
import test from 'node:test';
import { plugAndPlayFlags } from '../../src/worker/plug-and-play.ts';

test('of the flags of node only those go to the thread by which Yarn makes packages be found', () => {
  const flags = ['-r', './.pnp.cjs', '--loader', 'file:///app/.pnp.loader.mjs', '--require=/app/.pnp.js'];
  const others = [
    '--inspect',
    '-r',
    './tracing.cjs',
    '--import',
    'tsx',
    '--require=./loggers.pnp.cjs.js',
    '-r',
  ];
  assert.deepEqual(plugAndPlayFlags([...others.slice(0, 3), ...flags, ...others.slice(3)]), [
    ...flags.slice(0, 4),
    ...['--require', '/app/.pnp.js'],
  ]);
  assert.deepEqual(plugAndPlayFlags(others), []);
});
