// A reporter of node:test that writes one line of JSON for each test that counts, for scripts/test.mjs to read.
// A line with `started` names a test that began: one that never ends is then known by its name. The last line
// says `complete`: without it the process ended before its tests did.
import { inspect } from 'node:util';

export default async function* report(events) {
  const names = [];
  for await (const { type, data } of events) {
    // In the order of definition, parents before their children, so `names` is the path to the current test.
    if (type === 'test:start') names.splice(data.nesting, Infinity, data.name);
    if (type === 'test:dequeue' && data.nesting === 0) yield line({ started: data.name });
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const name = [...names.slice(0, data.nesting), data.name].join(' > ');
    const ended = data.nesting === 0 ? data.name : undefined;
    yield line({ name, ended, ...outcome(type, data) });
  }
  yield line({ complete: true });
}

/** What a test counts as. Nothing for a suite, or for a parent whose children say it all. */
function outcome(type, { skip, todo, details }) {
  // Node 20 reports what --test-name-pattern left out as skipped.
  if (String(skip).includes('name does not match pattern')) return {};
  const reason = skip ?? todo;
  if (reason !== undefined)
    return { outcome: 'skipped', reason: reason === true ? 'no reason given' : reason };
  if (type === 'test:pass') return details.type === 'suite' ? {} : { outcome: 'passed' };
  if (details.error.failureType === 'subtestsFailed') return {};
  return { outcome: 'failed', error: inspect(details.error.cause ?? details.error, { depth: 5 }) };
}

function line(entry) {
  return `${JSON.stringify(entry)}\n`;
}
