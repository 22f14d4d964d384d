// Writes the pages of docs/ that are made of the doc comments of the publisher (options, events and counters), and of the manifests
// (versions).
//
//   node scripts/reference.mjs            writes
//   node scripts/reference.mjs --check    fails when a page says something else than the sources; part of `npm run check`
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'rolldown/parseAst';
import { combinations, nodeVersions, oldest, ranges } from './supported-versions.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const isCheck = process.argv.includes('--check');

const options = source('options/options.ts');
const aws = source('options/aws-settings.ts');
const events = source('accounts/events.ts');
const errors = source('options/errors.ts');
const accounts = source('accounts/accounts.ts');
const spool = source('spool/spool-options.ts');

const KEPT = {
  kept: 'wait, and are sent later',
  lost: 'are lost, and counted',
  stored: 'are stored all the same',
};
const made = (sources) => `<!-- Made by scripts/reference.mjs from ${sources}: change that. -->`;

const pages = {
  'options.md': `# Options
${made('packages/publisher/src/options')}

The transports and the publisher take the same options, in one flat object that is checked once. A wrong or an unknown option throws
a \`PublisherError\` that says what was expected, what came, and what to do. Times are in milliseconds, sizes in UTF-8 bytes. The
pages of [pino](../packages/pino/README.md) and [winston](../packages/winston/README.md) have the few options of their own.

${table(['option', 'default', 'meaning'], options.members('PublisherOptions').map(asOption))}

## The option \`spool\`

${table(['setting', 'default', 'meaning'], options.members('SpoolSettings').map(asOption))}

## The option \`aws\`

${table(['setting', 'default', 'meaning'], aws.members('AwsOptions').map(asOption))}
`,
  'events.md': `# Events, warnings and errors
${made('packages/publisher/src/accounts/events.ts')}

The same facts have the same names everywhere. An event \`name\` is

- \`publisher.on('name')\` of a publisher, and \`transport.on('name')\` of the winston transport,
- \`transport.on('cloudwatch:name')\` of a pino transport, in-process or in a worker,
- \`cloudwatch-logs:name\` on \`node:diagnostics_channel\`, in the thread that publishes.

There is no \`'error'\`. None of them holds the text of an event, or a credential.

${table(
  ['event', 'told when', 'payload'],
  events.members('PublisherEvents').map(({ name, text, type }) => [code(name), text, link(type)]),
)}

A worker tells \`batch\` and \`conflict\` together with its counters, within 5 s; everything else at once.

${events
  .interfaces(['Warning', 'Drop', 'Conflict', 'BatchDelivered', 'PossibleDuplicates', 'Place'])
  .map(
    ({ name, text, members }) => `## ${name}

${text}

${table(
  ['field', 'type', 'meaning'],
  members.map((one) => [code(one.name), code(one.type), one.text]),
)}`,
  )
  .join('\n\n')}

Every payload about one log stream also has \`logGroupName\` and \`logStreamName\`.

## Codes of warnings

A warning is one line for people, at most once a minute for each code and stream. It is printed on stderr when nobody listens. Failures
of requests, and possible duplicates, are told once for each code and log group; failures with the number of streams whose events wait.
\`recovered\` comes when the last stream of which a failure was known has stored something.

${table(
  ['code', 'the events', 'meaning', 'to do'],
  events
    .members('WarningCodes')
    .map(({ name, text, type }) => [code(name), KEPT[type.replaceAll("'", '')], ...withRemedy(text)]),
)}

## Codes of errors

A \`PublisherError\` has one of these as \`code\`.

${table(
  ['code', 'is', 'meaning', 'to do'],
  errors
    .members('PublisherErrorCodes')
    .map(({ name, text, type }) => [code(name), type.replaceAll("'", ''), ...withRemedy(text)]),
)}
`,
  'counters.md': `# Counters
${made('packages/publisher/src/accounts/accounts.ts')}

\`stats()\` of a publisher and of a transport, and \`transportStats(logger)\` of pino, return these. At every instant

    received = delivered + dropped.* + rejected.* + buffered + inFlight + spooled

in events as they were logged: parts of a split one count once.

${table(
  ['counter', 'meaning'],
  accounts.members('PublisherStats').map(({ name, text }) => [code(name), text]),
)}

## \`dropped\`, \`rejected\`

| counter | meaning |
|---|---|
| \`dropped.overflow\` | the buffer was full; with a spool: that was full, or its files were damaged or deleted |
| \`dropped.oversize\` | larger than \`maxEventBytes\`, with \`oversize: 'drop'\` |
| \`dropped.invalid\` | no text, or an empty one, which CloudWatch Logs does not take |
| \`dropped.poison\` | refused by CloudWatch Logs, alone, while others of its stream are stored |
| \`dropped.shutdown\` | not sent when the time of \`close()\` or of the end of the process was over, or published after it |
| \`rejected.tooOld\` | CloudWatch Logs did not store it: older than 14 days, or than the retention of the log group |
| \`rejected.tooNew\` | the same: more than two hours in the future |
| \`rejected.expired\` | the same: past the retention of the log group |

## \`lastError\`

${table(
  ['field', 'meaning'],
  accounts.members('LastError').map(({ name, text }) => [code(name), text]),
)}

## \`spool\`

${table(
  ['figure', 'meaning'],
  spool.members('SpoolStats').map(({ name, text }) => [code(name), text]),
)}
`,
  'versions.md': `# Versions
${made('scripts/supported-versions.mjs and the manifests')}

| | works with | tested with |
|---|---|---|
| Node.js | ${nodeVersions[0].replace(/\.0$/, '')} or newer | ${nodeVersions.join(', ')} |
${Object.entries(ranges)
  .map(
    ([name, range]) =>
      `| \`${name}\` | ${code(range).replaceAll('||', '\\|\\|')} | ${code(oldest[name])} and the newest |`,
  )
  .join('\n')}

pino and winston are peers, since the application brings its logger along; the command of \`pino-cloudwatch-logs\` needs no pino. The AWS SDK is a
dependency with a wide range, so that an application that has it already does not get it a second time.

\`npm test\` runs everything with the newest of all three on the Node.js at hand, the smoke tests on every version of Node.js above,
and the packed packages with the first combination below. \`npm run test:matrix\` installs and runs all of them:

${combinations.map(({ name, node }) => `- ${name}${name.includes('Node.js') ? '' : `, Node.js ${node}`}`).join('\n')}

## For how long

- **Node.js**: every line that Node.js itself maintains. A line that has reached its end of life is given up with a minor version, at
  the earliest six months later; the changelog says so. \`engines\` has the oldest version.
- **AWS SDK**: version 3. The oldest is the first that sends what the option \`deletionProtection\` asks for; it is raised only for something
  that the packages need. AWS ends its support for versions of Node.js earlier than this project: an older SDK then still works.
- **pino and winston**: a line is given up in a major version only. winston before 3.16 drops the \`cause\` of an error that a child
  logger logs; all else is the same from 3.3 on.
- **Windows and macOS** run the whole suite in CI. Signals differ on Windows: there is no SIGTERM to listen to, and a console that is
  closed ends the process.
`,
};

let isStale = false;
for (const [name, text] of Object.entries(pages)) {
  const file = path.join(root, 'docs', name);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (isCheck) console.error(`docs/${name} differs from the sources; run node scripts/reference.mjs`);
  else writeFileSync(file, text);
  isStale = true;
}
if (isCheck && isStale) process.exitCode = 1;

/** The interfaces of a file of the publisher's sources, with their doc comments. */
function source(file) {
  const code = readFileSync(path.join(root, 'packages/publisher/src', file), 'utf8');
  const { body } = parseAst(code, { lang: 'ts', sourceType: 'module' });
  const found = body.map((statement) => statement.declaration ?? statement);
  const declaration = (name) => {
    const one = found.find(({ type, id }) => type === 'TSInterfaceDeclaration' && id.name === name);
    if (!one) throw new Error(`${file} has no interface ${name}`);
    return one;
  };
  const members = (name) =>
    declaration(name)
      .body.body.filter(({ type }) => type === 'TSPropertySignature')
      .map((member) => ({
        name: member.key.name ?? member.key.value,
        isRequired: !member.optional,
        type: code.slice(
          member.typeAnnotation.typeAnnotation.start,
          member.typeAnnotation.typeAnnotation.end,
        ),
        ...commentBefore(code, member.start),
      }));
  const interfaces = (names) =>
    names.map((name) => ({ name, ...commentBefore(code, declaration(name).start), members: members(name) }));
  return { members, interfaces };
}

/** @returns the text of a doc comment in one line, and its `@default` */
function commentBefore(code, at) {
  const [, comment = ''] = /\/\*\*((?:(?!\*\/).)*)\*\/\s*(?:export\s+)?$/s.exec(code.slice(0, at)) ?? [];
  const line = comment
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/\s*\n\s*\*\s?/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const [text, initial] = line.split(/\s*@default\s*/);
  return { text, initial };
}

function asOption({ name, text, initial, isRequired }) {
  const stated = initial === undefined ? (isRequired ? 'required' : '–') : asCode(initial);
  return [code(name), stated, text];
}

/** A value is code, words are not. */
function asCode(initial) {
  const value = /^('[^']*'|\d[\d_]*|true|false|\{\})(.*)$/.exec(initial);
  return value ? `${code(value[1])}${value[2]}` : initial;
}

function withRemedy(text) {
  const [meaning, remedy = ''] = text.split(/\s*To do:\s*/);
  return [meaning, remedy];
}

function link(type) {
  const name = type.replace(/[[\]]/g, '');
  return `[\`${name}\`](#${name.toLowerCase()})`;
}

function code(text) {
  return `\`${text}\``;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}
