import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const page = read('docs/troubleshooting.md');

test('the headings are what people search for', () => {
  const headings = Array.from(page.matchAll(/^## (.*)$/gm), ([, heading]) => heading);
  for (const phrase of [
    'InvalidSequenceTokenException',
    'DataAlreadyAcceptedException',
    'ResourceNotFoundException',
    'ThrottlingException',
    'AccessDeniedException',
    'Nothing arrives',
    'Missing at exit',
    'Duplicates',
    'Memory grows',
    'The process does not end',
  ]) {
    assert.ok(headings.includes(phrase), phrase);
  }
});

test('every option, counter, event and code of a warning that it names is one', () => {
  const known = ['options.md', 'counters.md', 'events.md'].map((name) => read(`docs/${name}`)).join('\n');
  const text = page.replace(/^```.*?^```$/gms, '');
  const names = Array.from(text.matchAll(/`([a-z][A-Za-z.]+)`/g), ([, name = '']) => name);
  /** Of pino, of the command, and a value. */
  const others = ['doctor', 'targets', 'time', 'false'];
  for (const name of new Set(names)) {
    if (others.includes(name)) continue;
    const isKnown = name
      .split('.')
      .every((part) => known.includes(`\`${part}\``) || known.includes(`.${part}\``));
    assert.ok(isKnown, name);
  }
});
