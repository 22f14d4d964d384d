import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PUBLISHER_OPTION_NAMES } from '../src/options/option-checks.ts';
import { resolveOptions } from '../src/options/resolve-options.ts';

const PAGE = '../../../docs/options.md';
const OF_THE_TRANSPORTS = ['worker', 'levels'];

interface Row {
  readonly names: readonly string[];
  readonly defaults: readonly string[];
}

/** The rows of the table of all options. */
function optionRows(readme: string): Row[] {
  const text = readFileSync(new URL(readme, import.meta.url), 'utf8');
  const section = /^# Options\n(.*?)^## /ms.exec(text)?.[1] ?? '';
  const rows = Array.from(section.matchAll(/^\| (`.*?) \| (.*?) \| .* \|$/gm));
  const code = (cell = '') => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name = '']) => name);
  return rows.map(([, names, defaults]) => ({ names: code(names), defaults: code(defaults) }));
}

const resolved: Record<string, unknown> = { ...resolveOptions({ logGroupName: 'group' }) };

for (const readme of [PAGE]) {
  const rows = optionRows(readme);

  test(`the table of options in ${readme} has the defaults of the code`, () => {
    assert.ok(rows.length > 5);
    for (const { names, defaults } of rows) {
      for (const [index, name] of names.entries()) {
        if (name === 'logGroupName' || OF_THE_TRANSPORTS.includes(name)) continue;
        assert.ok(PUBLISHER_OPTION_NAMES.includes(name), `there is no option ${name}`);
        const stated = defaults[index] ?? defaults[0];
        const value =
          stated === undefined ? undefined : JSON.parse(stated.replaceAll('_', '').replaceAll("'", '"'));
        assert.deepEqual(value, resolved[name], name);
      }
    }
  });
}

test('the page of options explains every option', () => {
  const explained = optionRows(PAGE).flatMap(({ names }) => names);
  assert.deepEqual([...explained].sort(), [...PUBLISHER_OPTION_NAMES].sort());
});
